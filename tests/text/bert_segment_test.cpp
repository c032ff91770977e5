#include "text/bert_segment.h"

#include <doctest/doctest.h>

#include "base/utf8.h"

namespace hone::text::bert_segment_test {

namespace {

// Returns the ids of a model with a few single characters, and the offsets.
TokenBuffer take(const std::u32string& text, bool with_offsets) {
  static const WordPiece model(
      {{"[UNK]", 0}, {"a", 1}, {"##a", 2}, {"!", 3}, {"##\xF0\x9D\x85\xA5", 4}, {"##\xE1\xAD\x84", 5}}, {}, "test");
  static const BertCharacters characters({}, model);
  TokenBuffer tokens;
  BertSegment segment(characters, model, with_offsets, tokens);
  uint32_t place = 0;
  for (char32_t code : text) {
    segment.take(code, {place, place + 1});
    ++place;
  }
  segment.finish();
  return tokens;
}

std::vector<int32_t> ids(const TokenBuffer& tokens) { return {tokens.ids(), tokens.ids() + tokens.size()}; }

}  // namespace

TEST_CASE("words end at white space and punctuation; marks and control characters are removed") {
  CHECK(ids(take(U"a\u0301\u200Ba! a", false)) == std::vector<int32_t>{1, 2, 3, 1});
  const TokenBuffer tokens = take(U"a\u0301\u200Ba! a", true);
  CHECK(tokens.offsets == std::vector<Offset>{{0, 1}, {3, 4}, {4, 5}, {6, 7}});
}

TEST_CASE("kept combining marks are reordered canonically, also across dropped ones") {
  // U+1D165 has combining class 216 and U+1B44 has 9, so that U+1B44 moves to the first position.
  const TokenBuffer tokens = take(U"a\U0001D165\u0301\u1B44", true);
  CHECK(ids(tokens) == std::vector<int32_t>{1, 5, 4});
  CHECK(tokens.offsets == std::vector<Offset>{{0, 1}, {1, 2}, {2, 3}});
  // A starter between them prevents the reordering, even if it is dropped itself (U+0941).
  CHECK(ids(take(U"a\U0001D165\u0941\u1B44", false)) == std::vector<int32_t>{1, 4, 5});
}

}  // namespace hone::text::bert_segment_test
