// Measures which words of a text decided: recomputes the text without each word, and reports how much the label's score
// falls. The method is exact (no gradients, no sampling) and costs one row for each word. For long texts it removes
// groups of words.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "text/tokenizer.h"

namespace hone::serve {

// A text, and its variants without each of its parts.
struct Variants {
  size_t words_per_group = 1;
  std::vector<text::Offset> parts;   // parts[i]: the bytes of the text that variant i lacks
  std::vector<text::Encoding> rows;  // the whole text, then each variant
};

// Returns the variants for all words that the model reads, with at most `max_tokens` tokens in total, but always the
// whole text and one variant. Truncated words have no variant, because they have no effect.
Variants leave_words_out(const text::Tokenizer& tokenizer, std::string_view text, size_t max_length, size_t max_tokens);

// Returns {"label", "score", "method", "words_per_group", "words": [{"text", "start", "stop", "weight"}]} from the
// scores [rows, labels] of the rows; start and stop count code points. The caller includes <nlohmann/json.hpp>.
Json explanation_json(std::string_view text, const Variants& variants, const std::vector<float>& scores,
                      const std::vector<std::string>& labels, size_t label);

}  // namespace hone::serve
