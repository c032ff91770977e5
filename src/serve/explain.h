// Measures which words of a text decided: recomputes the text without each word, and reports how much a score of the
// answer falls. The method is exact (no gradients, no sampling) and costs one row for each word. For long texts it
// removes groups of words.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "http/route.h"
#include "serve/served_model.h"
#include "serve/worker.h"
#include "task/answer.h"
#include "text/tokenizer.h"

namespace hone::serve {

// A text, and its variants without each of its parts.
struct Variants {
  size_t words_per_group = 1;
  std::vector<text::Offset> parts;        // the words of variant i, in bytes of the text
  std::vector<task::Cut> cuts;            // how variant i differs from the text
  std::vector<task::Question> questions;  // the whole text, then each variant
};

// Returns the variants for all words that the model reads, with at most `max_tokens` tokens in total, but always the
// whole text and one variant. Truncated words have no variant, because they have no effect. `reading`: the model's.
Variants leave_words_out(const text::Tokenizer& tokenizer, std::string_view text, const task::Reading& reading,
                         size_t max_tokens);

// Returns {"label", "score", "method", "words_per_group", "words": [{"text", "start", "stop", "weight"}], "near_ties"}
// from the variants' questions and their outputs, after followed.decide(); start and stop count code points. The caller
// includes <nlohmann/json.hpp>.
Json explanation_json(const Variants& variants, const task::FollowedScore& followed,
                      std::span<const task::Question> questions, std::span<const task::Outputs> outputs);

// Maximum number of tokens in all variants of a text.
inline constexpr size_t kExplainTokens = 16384;

// Requests to POST /explain. Errors: http::RequestError (400) for an invalid body.
Job explain_job(const std::shared_ptr<const ServedModel>& model, const http::Request& request, http::Responder answer);

}  // namespace hone::serve
