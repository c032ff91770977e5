// The bodies of POST requests: read, checked field by field, and nothing in them passed over in silence. They are those
// of Hugging Face's text-classification task and of Text Embeddings Inference (TEI); the one difference from TEI is
// that {"inputs": ["a", "b"]} are two texts, as for transformers' pipeline, and not a pair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace hone::serve {

inline constexpr size_t kMaxInputs = 64;

struct Input {
  std::string text;
  std::optional<std::string> pair;
};

struct PredictRequest {
  std::vector<Input> inputs;
  std::optional<int64_t> top_k;               // all labels where unset
  std::string function_to_apply;              // empty: the model's own
  bool truncate = true;                       // false: too long an input is an error
  std::optional<text::Side> truncation_side;  // the tokenizer's where unset
};

struct TokenizeRequest {
  std::vector<std::string> texts;
  bool add_special_tokens = true;
};

struct ExplainRequest {
  std::string text;
  std::string label;  // empty: the one that the model gives
};

// Errors: http::RequestError naming the field; 413 for more than kMaxInputs inputs, 400 for the rest.
PredictRequest read_predict(std::string_view body);
TokenizeRequest read_tokenize(std::string_view body);
ExplainRequest read_explain(std::string_view body);

}  // namespace hone::serve
