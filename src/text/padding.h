// Pads encodings to one length, for users that need rectangular batches.
#pragma once

#include <span>
#include <vector>

#include "text/tokenizer.h"

namespace hone::text {

struct PaddingOptions {
  size_t length = 0;         // at least this long; 0: as long as the longest
  size_t multiple_of = 1;    // lengths are rounded up to a multiple of it
  std::optional<Side> side;  // default: the tokenizer's own
};

// Pads ids with the padding token, type ids with 0 and offsets (if there are any) with 0,0. Encodings longer than
// `length` are not changed. Returns the attention mask of each encoding: 1 for a token, 0 for padding.
std::vector<std::vector<uint8_t>> pad(const Tokenizer& tokenizer, std::span<Encoding> encodings,
                                      const PaddingOptions& options = {});

}  // namespace hone::text
