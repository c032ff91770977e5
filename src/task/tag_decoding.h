// From the logits of tokens to tags: of each token, or of each word, and if asked only sequences that the scheme of the
// tags allows.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "metric/tags.h"
#include "text/tokenizer.h"

namespace hone::task {

// The probabilities [T, K] of the tags: the softmax of each token's logits.
std::vector<float> tag_probabilities(std::span<const float> logits, size_t num_tags);

// The words of a text and the logits [T, K] of its tokens.
struct TokenLogits {
  text::Encoding tokens;  // offsets and word ids; special tokens have the word id -1
  std::vector<float> logits;
};

// Of overlapping windows, the logits of a token are the mean over the windows that hold it. `windows` need offsets and
// word ids, and each has logits [T, K].
TokenLogits over_windows(std::span<const text::Encoding> windows, std::span<const std::vector<float>> logits,
                         size_t num_tags);

// A token or a word, with its tag.
struct TaggedUnit {
  size_t tag = 0;
  float score = 0;   // the probability of the tag
  size_t token = 0;  // the first one
  text::Offset bytes;
};

// `tokens` needs offsets and word ids; `logits` [T, K]. `strategy`: a name of kAggregationNames; "none" and "simple"
// give tokens, the others words. With `is_constrained` the tags are the most likely sequence that their scheme allows,
// such as without I- after O. Error (kUsage): an unknown strategy.
std::vector<TaggedUnit> decode_tags(const metric::TagSet& tags, const text::Encoding& tokens,
                                    std::span<const float> logits, std::string_view strategy, bool is_constrained);

}  // namespace hone::task
