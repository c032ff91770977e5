// Which words decided: the text again and again, each time without one word, and how much the label's score falls. The
// method is exact (no gradients, no sampling) and costs a row a word, so a long text leaves out groups of words.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "text/tokenizer.h"

namespace hone::serve {

// A text, and what is left of it without each of its parts.
struct Variants {
  size_t words_per_group = 1;
  std::vector<text::Offset> parts;   // bytes of the text: what variant i lacks
  std::vector<text::Encoding> rows;  // of the whole text, then of each variant
};

// All variants of the words that the model reads, at most `max_tokens` tokens together (but always the whole text and
// one variant). Words that are cut off have no variant: without them nothing changes.
Variants leave_words_out(const text::Tokenizer& tokenizer, std::string_view text, size_t max_length, size_t max_tokens);

// {"label", "score", "method", "words_per_group", "words": [{"text", "start", "stop", "weight"}]} from the scores
// [rows, labels] of the rows; start and stop are code points. The caller includes <nlohmann/json.hpp>.
Json explanation_json(std::string_view text, const Variants& variants, const std::vector<float>& scores,
                      const std::vector<std::string>& labels, size_t label);

}  // namespace hone::serve
