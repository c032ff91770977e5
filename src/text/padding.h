// Pads encodings to one length, for callers that need rectangular batches.
#pragma once

#include <span>
#include <vector>

#include "text/tokenizer.h"

namespace hone::text {

struct PaddingOptions {
  size_t length = 0;         // minimum length; 0: the length of the longest encoding
  size_t multiple_of = 1;    // the padded length is rounded up to a multiple of this
  std::optional<Side> side;  // default: the tokenizer's own
};

// Pads ids with the padding token, type ids with 0 and offsets, if any, with 0,0. Does not change encodings that are
// longer than `length`. Returns the attention mask of each encoding: 1 for a token, 0 for padding.
std::vector<std::vector<uint8_t>> pad(const Tokenizer& tokenizer, std::span<Encoding> encodings,
                                      const PaddingOptions& options = {});

}  // namespace hone::text
