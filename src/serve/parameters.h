// The parameters of POST /predict and /explain: one table with the name, JSON schema and reader of each. A task has
// only those that have an effect on its answers; another one is an unknown field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/json_body.h"
#include "task/tasks.h"
#include "text/tokenizer.h"

namespace hone::serve {

struct PredictParameters {
  task::AnswerOptions answers;
  bool truncate = true;  // false: an input that is too long is an error
  text::TruncationStrategy truncation = text::TruncationStrategy::kLongestFirst;
  std::optional<text::Side> truncation_side;  // unset: the tokenizer's
  std::optional<size_t> max_length;           // maximum tokens of an input; unset: the model's
  bool add_special_tokens = true;
  std::optional<int64_t> stride;     // reads long texts in windows that overlap by this many tokens
  std::vector<std::string> ignored;  // parameters that have no effect here, such as "parameters.padding"
};

// The parameters that clients of TEI send beside the inputs.
std::vector<std::string_view> body_parameters(const task::TaskRow& task);

// Read "parameters" of the body, and body_parameters() beside it. Errors: http::RequestError (400) with the field.
PredictParameters read_predict_parameters(const http::Fields& body, const task::TaskRow& task);
task::ExplainOptions read_explain_parameters(const http::Fields& body, const task::TaskRow& task);

// The JSON schemas of body_parameters() and of what "parameters" may hold, as the members of an object without its
// braces: "top_k": {...}, "max_length": {...}.
std::string body_parameters_schema(const task::TaskRow& task);
std::string predict_parameters_schema(const task::TaskRow& task);
std::string explain_parameters_schema(const task::TaskRow& task);

}  // namespace hone::serve
