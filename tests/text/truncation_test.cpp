// tokenizer_test.cpp compares many combinations with Hugging Face. This file tests the rules with values made by hand.
#include "text/truncation.h"

#include "expect_error.h"

namespace hone::text::truncation_test {

namespace {

std::pair<size_t, size_t> cut(PairLengths lengths, bool is_pair, size_t limit, TruncationStrategy strategy) {
  const PairLengths kept = truncated_lengths(lengths, is_pair, limit, strategy);
  return {kept.first, kept.second};
}

using Pair = std::pair<size_t, size_t>;

}  // namespace

TEST_CASE("nothing is truncated if everything fits or truncation is off") {
  CHECK(cut({3, 4}, true, 7, TruncationStrategy::kOnlyFirst) == Pair{3, 4});
  CHECK(cut({3, 4}, true, 1, TruncationStrategy::kDoNotTruncate) == Pair{3, 4});
}

TEST_CASE("longest_first keeps the shorter text whole if it fits into half of the limit") {
  CHECK(cut({2, 9}, true, 7, TruncationStrategy::kLongestFirst) == Pair{2, 5});
  CHECK(cut({9, 2}, true, 7, TruncationStrategy::kLongestFirst) == Pair{5, 2});
  CHECK(cut({9, 8}, true, 7, TruncationStrategy::kLongestFirst) == Pair{4, 3});
  CHECK(cut({8, 8}, true, 7, TruncationStrategy::kLongestFirst) == Pair{3, 4});
  CHECK(cut({0, 8}, true, 1, TruncationStrategy::kLongestFirst) == Pair{0, 1});
  CHECK(cut({8, 0}, false, 3, TruncationStrategy::kLongestFirst) == Pair{3, 0});
  CHECK(cut({8, 8}, true, 0, TruncationStrategy::kLongestFirst) == Pair{0, 0});
}

TEST_CASE("the error has the numbers if truncating only one text is impossible") {
  CHECK(cut({9, 2}, true, 7, TruncationStrategy::kOnlyFirst) == Pair{5, 2});
  CHECK(cut({9, 5}, true, 10, TruncationStrategy::kOnlySecond) == Pair{9, 1});
  const Error short_text = expect_error([] { cut({3, 9}, true, 7, TruncationStrategy::kOnlyFirst); });
  CHECK(contains(short_text.what(),
                 "must lose 5 tokens to fit into 7, but its first text, the only one to truncate, has 3"));
  CHECK(
      contains(expect_error([] { cut({9, 1}, true, 7, TruncationStrategy::kOnlySecond); }).what(), "its second text"));
  const Error no_pair = expect_error([] { cut({9, 0}, false, 7, TruncationStrategy::kOnlySecond); });
  CHECK(no_pair.kind() == ErrorKind::kUsage);
  CHECK(contains(no_pair.what(), "there is only one"));
}

}  // namespace hone::text::truncation_test
