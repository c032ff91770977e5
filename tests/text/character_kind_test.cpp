#include "text/character_kind.h"

#include <doctest/doctest.h>

#include "text/pattern_characters.h"
#include "text/unicode_property.h"

namespace hone::text::character_kind_test {

TEST_CASE("the kinds are those of the properties") {
  const auto check = [](const char* name, KindSet kinds) {
    CAPTURE(name);
    const CodePointSet set = *find_property(name);
    bool is_same = true;
    for (const auto& [first, last] : set) {
      for (char32_t code = first; code <= last; ++code)
        is_same = is_same && is_in(CharacterKinds::get().of(code), kinds);
    }
    for (const auto& [first, last] : complement_of(set)) {
      for (char32_t code = first; code <= last; ++code)
        is_same = is_same && !is_in(CharacterKinds::get().of(code), kinds);
    }
    CHECK(is_same);
  };
  check("L", kLetterKinds);
  check("Ll", kLowerKind);
  check("M", kMarkKind);
  check("N", kNumberKind);
  check("P", kPunctuationKind);
  check("S", kSymbolKind);
  check("whitespace", kSpaceKind);
}

TEST_CASE("the kinds of ASCII are those of the table") {
  for (char32_t code = 0; code < 0x80; ++code) {
    CAPTURE(static_cast<int>(code));
    CHECK(kAsciiKinds[code] == CharacterKinds::get().of(code));
  }
}

}  // namespace hone::text::character_kind_test
