#include "serve/requests.h"

#include <nlohmann/json.hpp>

#include "http/json_body.h"
#include "http/response.h"

namespace hone::serve {

namespace {

using Body = http::BodyJson;
using http::Fields;
using http::wrong_field;

Input read_dictionary(const Body& value, const std::string& field) {
  const Fields fields(value, field, {"text", "text_pair"});
  const auto text = fields.text("text");
  if (!text) throw wrong_field(fields.of("text"), "is missing");
  return {*text, fields.text("text_pair")};
}

// "a text", ["a text"], ["one text", "its pair"], {"text": ..., "text_pair": ...}
Input read_input(const Body& value, const std::string& field) {
  if (value.is_string()) return {value.get<std::string>(), {}};
  if (value.is_object()) return read_dictionary(value, field);
  const bool is_list = value.is_array() && (value.size() == 1 || value.size() == 2);
  if (!is_list || !value.front().is_string() || !value.back().is_string()) {
    throw wrong_field(field, "must be a string or a pair of strings");
  }
  Input input{value.front().get<std::string>(), {}};
  if (value.size() == 2) input.pair = value.back().get<std::string>();
  return input;
}

void check_count(const Body& list) {
  if (list.empty()) throw wrong_field("inputs", "must hold at least one text");
  if (list.size() <= kMaxInputs) return;
  throw http::RequestError({.status = 413,
                            .message = fmt::format("inputs holds {} texts, more than {}", list.size(), kMaxInputs),
                            .field = "inputs",
                            .hint = "send them in several requests"});
}

std::vector<Input> read_inputs(const Body& value) {
  if (value.is_string() || value.is_object()) return {read_input(value, "inputs")};
  if (!value.is_array()) throw wrong_field("inputs", "must be a string, or a list of strings and pairs of strings");
  check_count(value);
  std::vector<Input> inputs;
  inputs.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) inputs.push_back(read_input(value[i], input_place(i)));
  return inputs;
}

}  // namespace

std::string input_place(size_t index) { return fmt::format("inputs[{}]", index); }

PredictRequest read_predict(std::string_view body, const task::TaskRow& task) {
  const Body parsed = http::json_body(body);
  // Accepts "options" (wait_for_model, use_cache), which configured Hugging Face's own servers and has no effect here.
  std::vector<std::string_view> known = {"inputs", "parameters", "options"};
  for (const std::string_view name : body_parameters(task)) known.push_back(name);
  const Fields fields(parsed, "", known);
  const Body& inputs = fields.needed("inputs");
  PredictRequest request{.inputs = read_inputs(inputs),
                         .is_single = !inputs.is_array(),
                         .parameters = read_predict_parameters(fields, task)};
  if (fields.contains("options")) request.parameters.ignored.emplace_back("options");
  return request;
}

TokenizeRequest read_tokenize(std::string_view body) {
  const Body parsed = http::json_body(body);
  const Fields fields(parsed, "", {"inputs", "add_special_tokens"});
  const Body& inputs = fields.needed("inputs");
  TokenizeRequest request;
  request.add_special_tokens = fields.flag("add_special_tokens").value_or(true);
  if (inputs.is_string()) {
    request.texts = {inputs.get<std::string>()};
    return request;
  }
  if (!inputs.is_array()) throw wrong_field("inputs", "must be a string or a list of strings");
  check_count(inputs);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].is_string()) throw wrong_field(input_place(i), "must be a string");
    request.texts.push_back(inputs[i].get<std::string>());
  }
  return request;
}

ExplainRequest read_explain(std::string_view body, const task::TaskRow& task) {
  const Body parsed = http::json_body(body);
  const Fields fields(parsed, "", {"inputs", "parameters"});
  const Body& inputs = fields.needed("inputs");
  if (!inputs.is_string()) throw wrong_field("inputs", "must be a string");
  return {inputs.get<std::string>(), read_explain_parameters(fields, task)};
}

}  // namespace hone::serve
