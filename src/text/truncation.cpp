// The truncation strategies of tokenizers 0.23.
#include "text/truncation.h"

#include <algorithm>

#include "base/error.h"

namespace hone::text {

namespace {

// Keeps the shorter text whole if it fits into half of the limit. Otherwise each text gets half, and the longer one the
// odd token.
PairLengths longest_first(PairLengths lengths, size_t limit) {
  const bool first_is_longer = lengths.first > lengths.second;
  const size_t shorter = first_is_longer ? lengths.second : lengths.first;
  size_t keep_shorter = shorter, keep_longer = limit - std::min(limit, shorter);
  if (keep_longer < keep_shorter) {
    keep_shorter = limit / 2;
    keep_longer = limit - keep_shorter;
  }
  return first_is_longer ? PairLengths{keep_longer, keep_shorter} : PairLengths{keep_shorter, keep_longer};
}

size_t cut_one(size_t length, size_t num_removed, size_t limit, std::string_view which) {
  if (length > num_removed) return length - num_removed;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("a pair must lose {} tokens to fit into {}, but its {} text, the only one to truncate, has {}",
                  num_removed, limit, which, length),
      "raise the maximum length, or truncate with longest_first");
}

}  // namespace

PairLengths truncated_lengths(PairLengths lengths, bool is_pair, size_t limit, TruncationStrategy strategy) {
  const size_t total = lengths.first + lengths.second;
  if (strategy == TruncationStrategy::kDoNotTruncate || total <= limit) return lengths;
  if (limit == 0) return {};
  const size_t num_removed = total - limit;
  if (strategy == TruncationStrategy::kOnlySecond) {
    if (!is_pair) {
      throw Error(ErrorKind::kUsage, "only the second text is to be truncated, but there is only one",
                  "truncate with longest_first or only_first");
    }
    return {lengths.first, cut_one(lengths.second, num_removed, limit, "second")};
  }
  if (!is_pair) return {limit, 0};
  if (strategy == TruncationStrategy::kLongestFirst) return longest_first(lengths, limit);
  return {cut_one(lengths.first, num_removed, limit, "first"), lengths.second};
}

}  // namespace hone::text
