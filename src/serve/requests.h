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

#include "serve/parameters.h"
#include "task/tasks.h"

namespace hone::serve {

inline constexpr size_t kMaxInputs = 64;

struct Input {
  std::string text;
  std::optional<std::string> pair;
};

// "inputs[3]": the field of an input in errors.
std::string input_place(size_t index);

struct PredictRequest {
  std::vector<Input> inputs;
  bool is_single = false;  // "inputs" is a text, not a list
  PredictParameters parameters;
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

}  // namespace hone::serve
