#include "data/language.h"

#include <doctest/doctest.h>

namespace language_test {

using namespace hone::data;

TEST_CASE("function words tell languages in Latin letters apart") {
  const auto latin = [](std::string_view text) { return guess_language(text, Script::kLatin, false); };
  CHECK(latin("The film is about the life of a boy and it was not bad") == Language::kEnglish);
  CHECK(latin("Der Film ist nicht schlecht und ich habe ihn mit einem Freund gesehen") == Language::kGerman);
  CHECK(latin("Le film est une histoire qui ne plait pas du tout dans les salles") == Language::kFrench);
  CHECK(latin("La pelicula no es muy buena pero los actores son un encanto") == Language::kSpanish);
  CHECK(latin("Il film non e molto bello ma gli attori sono come sempre bravi") == Language::kItalian);
  CHECK(latin("De film was niet slecht en het is een mooi verhaal van vroeger") == Language::kDutch);
}

TEST_CASE("short texts stay undetermined") {
  CHECK(guess_language("great film", Script::kLatin, false) == Language::kUndetermined);
  CHECK(guess_language("", Script::kNone, false) == Language::kUndetermined);
}

TEST_CASE("other scripts decide alone, and kana makes Han Japanese") {
  CHECK(guess_language("", Script::kHan, false) == Language::kChinese);
  CHECK(guess_language("", Script::kHan, true) == Language::kJapanese);
  CHECK(guess_language("", Script::kHangul, false) == Language::kKorean);
  CHECK(language_name(Language::kOther) == "other");
}

}  // namespace language_test
