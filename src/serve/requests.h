// Reads the bodies of POST requests and checks them field by field. Rejects unknown fields. Accepts the bodies of
// Hugging Face's tasks, of transformers' pipelines and of Text Embeddings Inference (TEI). Differs from TEI in one
// point: {"inputs": ["a", "b"]} holds two texts, as for the pipeline, not a pair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "task/tasks.h"
#include "text/tokenizer.h"

namespace hone::serve {

inline constexpr size_t kMaxInputs = 64;

struct Input {
  std::string text;
  std::optional<std::string> pair;
};

struct PredictRequest {
  std::vector<Input> inputs;
  bool is_single = false;  // "inputs" is a text, not a list
  task::AnswerOptions answers;
  bool truncate = true;  // false: an input that is too long is an error
  text::TruncationStrategy truncation = text::TruncationStrategy::kLongestFirst;
  std::optional<text::Side> truncation_side;  // unset: the tokenizer's
  std::optional<size_t> max_length;           // maximum tokens of an input; unset: the model's
  bool add_special_tokens = true;
  std::optional<int64_t> stride;     // reads long texts in windows that overlap by this many tokens
  std::vector<std::string> ignored;  // parameters that have no effect here, such as "parameters.padding"
};

struct TokenizeRequest {
  std::vector<std::string> texts;
  bool add_special_tokens = true;
};

struct ExplainRequest {
  std::string text;
  task::ExplainOptions options;
};

// Errors: http::RequestError with the field; 413 for more than kMaxInputs inputs, 400 for all others, such as a
// parameter that has no effect on the answers of `task`.
PredictRequest read_predict(std::string_view body, const task::TaskRow& task);
TokenizeRequest read_tokenize(std::string_view body);
ExplainRequest read_explain(std::string_view body, const task::TaskRow& task);

// JSON schemas of the properties of "parameters": {"top_k": {...}, ...}.
std::string predict_parameters_schema(const task::TaskRow& task);
std::string explain_parameters_schema(const task::TaskRow& task);

}  // namespace hone::serve
