// Computes how many tokens of one text or a pair truncation keeps, as tokenizers does.
#pragma once

#include <cstddef>

#include "text/tokenizer.h"

namespace hone::text {

struct PairLengths {
  size_t first = 0, second = 0;
};

// Returns how many tokens of each text to keep for at most `limit` in total, without special tokens.
// Errors: kUsage if truncating only one text is not enough.
PairLengths truncated_lengths(PairLengths lengths, bool is_pair, size_t limit, TruncationStrategy strategy);

}  // namespace hone::text
