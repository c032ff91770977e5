#include "data/language.h"

#include <doctest/doctest.h>

#include <array>

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

TEST_CASE("one language names the rows if it has most of the known ones and half of all") {
  const auto language = [](uint64_t unknown, uint64_t english, uint64_t german, uint64_t others = 0) {
    std::array<uint64_t, kNumLanguages> counts{};
    counts[static_cast<size_t>(Language::kUndetermined)] = unknown;
    counts[static_cast<size_t>(Language::kEnglish)] = english;
    counts[static_cast<size_t>(Language::kGerman)] = german;
    counts[static_cast<size_t>(Language::kOther)] = others;
    return main_language(counts);
  };
  CHECK(language(0, 100, 0) == Language::kEnglish);
  CHECK(language(50, 50, 0) == Language::kEnglish);
  CHECK(language(51, 49, 0) == Language::kUndetermined);
  CHECK(language(90, 10, 0) == Language::kUndetermined);
  CHECK(language(0, 50, 50) == Language::kUndetermined);
  CHECK(language(0, 40, 60) == Language::kGerman);
  CHECK(language(0, 10, 10, 80) == Language::kOther);
  CHECK(language(0, 0, 0) == Language::kUndetermined);
}

}  // namespace language_test
