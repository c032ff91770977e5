// The expected offsets follow from process_offsets of tokenizers, by hand; byte_level_encoder_test.cpp compares whole
// texts.
#include "text/trimmed_offsets.h"

#include <doctest/doctest.h>

namespace hone::text::trimmed_offsets_test {

constexpr OffsetTrim kPlain{false}, kAddsSpace{true};

TEST_CASE("spaces at both ends leave the offset") {
  CHECK(trimmed_offset({1, 4}, "x ab ",
                       "\xC4\xA0"
                       "ab",
                       false, kPlain) == Offset{2, 4});
  CHECK(trimmed_offset({1, 5}, "x ab ",
                       "\xC4\xA0"
                       "ab\xC4\xA0",
                       false, kPlain) == Offset{2, 4});
  CHECK(trimmed_offset({1, 3}, "x  y", "\xC4\xA0\xC4\xA0", false, kPlain) == Offset{3, 3});
  CHECK(trimmed_offset({1, 3}, "xab", "ab", false, kPlain) == Offset{1, 3});
}

TEST_CASE("white space of several bytes counts as one character") {
  CHECK(trimmed_offset({1, 9}, "x\xE3\x80\x80<m>\xC2\xA0", "\xE3\x80\x80<m>\xC2\xA0", false, kPlain) == Offset{4, 7});
}

TEST_CASE("one space of the first token stays if the pre-tokenizer adds one") {
  CHECK(trimmed_offset({0, 2}, "ab",
                       "\xC4\xA0"
                       "ab",
                       true, kAddsSpace) == Offset{0, 2});
  CHECK(trimmed_offset({2, 5}, "x  ab",
                       "\xC4\xA0"
                       "ab",
                       true, kAddsSpace) == Offset{2, 5});
  CHECK(trimmed_offset({0, 4}, "  ab",
                       "\xC4\xA0\xC4\xA0"
                       "ab",
                       true, kAddsSpace) == Offset{2, 4});
  CHECK(trimmed_offset({0, 2}, "ab",
                       "\xC4\xA0"
                       "ab",
                       true, kPlain) == Offset{1, 2});
}

TEST_CASE("an end with fewer characters before it than trailing spaces stays") {
  CHECK(trimmed_offset({0, 1}, "x", "x\xC4\xA0\xC4\xA0", false, kPlain) == Offset{0, 1});
}

}  // namespace hone::text::trimmed_offsets_test
