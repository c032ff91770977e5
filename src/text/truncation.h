// Which tokens of one text or a pair stay when there are too many, as tokenizers decides it.
#pragma once

#include <cstddef>

#include "text/tokenizer.h"

namespace hone::text {

struct PairLengths {
  size_t first = 0, second = 0;
};

// How many tokens of each text to keep for at most `limit` in all (special tokens already taken off).
// Errors: kUsage where cutting only one text cannot be enough.
PairLengths truncated_lengths(PairLengths lengths, bool is_pair, size_t limit, TruncationStrategy strategy);

}  // namespace hone::text
