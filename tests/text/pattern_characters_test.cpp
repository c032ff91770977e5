#include "text/pattern_characters.h"

#include <doctest/doctest.h>

#include <string>

namespace hone::text::pattern_characters_test {

TEST_CASE("a run ends at the first character of another kind, at every distance from the end") {
  for (size_t length = 0; length < 40; ++length) {
    for (const std::string& after :
         {std::string(), std::string("1bcdefghijklmnopqrstuvwxyz"), std::string("\xE4\xB8\xAD.")}) {
      const std::string text = std::string(length, 'x') + after;
      const char *const begin = text.data(), *const end = begin + text.size();
      const size_t more = after.starts_with("\xE4") ? 3 : 0;
      CHECK(static_cast<size_t>(skip_kinds<kLetterKinds>(begin, end) - begin) == length + more);
      CHECK(static_cast<size_t>(skip_kinds<kLowerKind>(begin, end) - begin) == length);
    }
  }
}

TEST_CASE("digits are counted, in any script") {
  const std::string text =
      "1\xE0\xA5\xA7"
      "23a";
  const char *const begin = text.data(), *const end = begin + text.size();
  CHECK(skip_digits(begin, end, 2) - begin == 4);
  CHECK(skip_digits(begin, end, 9) - begin == 6);
  CHECK(skip_digits(begin, end, 0) == begin);
}

}  // namespace hone::text::pattern_characters_test
