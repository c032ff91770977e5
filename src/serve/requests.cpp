#include "serve/requests.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>

#include "http/json_body.h"
#include "http/response.h"
#include "task/score_functions.h"

namespace hone::serve {

namespace {

using Body = http::BodyJson;
using http::wrong_field;

// Reads the members of an object by name. Throws for a name that is not in `known`; the error has the nearest known
// name.
class Fields {
 public:
  // `where`: the object's own field name, such as "parameters"; empty for the body.
  Fields(const Body& object, const std::string& where, std::initializer_list<std::string_view> known)
      : object_(object), path_(where.empty() ? "" : where + ".") {
    http::check_members(object, where, known);
  }

  // "parameters.top_k".
  std::string of(const std::string& name) const { return path_ + name; }

  // Returns null if the field is absent or null, because clients send null for the default.
  const Body* find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  std::optional<bool> flag(const char* name) const {
    const Body* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_boolean()) throw wrong_field(of(name), "must be true or false");
    return value->get<bool>();
  }

  std::optional<std::string> text(const char* name) const {
    const Body* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) throw wrong_field(of(name), "must be a string");
    return value->get<std::string>();
  }

  const Body& needed(const char* name) const {
    const Body* value = find(name);
    if (value == nullptr) throw wrong_field(of(name), "is missing", http::kBodyHint);
    return *value;
  }

 private:
  const Body& object_;
  std::string path_;
};

const Body& parameters_of(const Fields& fields) {
  static const Body none = Body::object();
  const Body* parameters = fields.find("parameters");
  if (parameters == nullptr) return none;
  if (!parameters->is_object()) throw wrong_field("parameters", "must be an object", R"(such as {"top_k": 1})");
  return *parameters;
}

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

std::string place(size_t index) { return fmt::format("inputs[{}]", index); }

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
  for (size_t i = 0; i < value.size(); ++i) inputs.push_back(read_input(value[i], place(i)));
  return inputs;
}

std::optional<int64_t> read_count(const Fields& parameters, const char* name) {
  const Body* value = parameters.find(name);
  if (value == nullptr) return std::nullopt;
  const bool fits = value->is_number_integer() && (!value->is_number_unsigned() || value->get<uint64_t>() <= INT64_MAX);
  if (!fits || value->get<int64_t>() < 1) throw wrong_field(parameters.of(name), "must be a whole number >= 1");
  return value->get<int64_t>();
}

// In the older form, return_all_scores is true for all labels and false for the best one. top_k takes precedence, even
// if it is null.
std::optional<int64_t> read_top_k(const Body& object, const Fields& parameters) {
  const auto all_scores = parameters.flag("return_all_scores");
  if (object.contains("top_k") || !all_scores) return read_count(parameters, "top_k");
  return *all_scores ? std::nullopt : std::optional<int64_t>(1);
}

std::string read_function(const Fields& parameters) {
  const auto name = parameters.text("function_to_apply");
  if (!name) return "";
  try {
    return std::string(task::find_score_function(http::clipped(*name)).name);
  } catch (const Error& error) {
    throw http::RequestError(
        {.message = error.what(), .field = parameters.of("function_to_apply"), .hint = error.hint()});
  }
}

// TEI writes "Left" and "Right", transformers "left" and "right".
std::optional<text::Side> read_side(const Fields& fields) {
  const auto name = fields.text("truncation_direction");
  if (!name) return std::nullopt;
  if (*name == "Left" || *name == "left") return text::Side::kLeft;
  if (*name == "Right" || *name == "right") return text::Side::kRight;
  throw wrong_field(fields.of("truncation_direction"), "must be \"Left\" or \"Right\"");
}

// truncation is a boolean (true: longest_first) or one of transformers' strategies.
void read_truncation(const Fields& parameters, PredictRequest& request) {
  using Strategy = text::TruncationStrategy;
  const Body* value = parameters.find("truncation");
  if (value == nullptr) return;
  if (value->is_boolean()) {
    request.truncate = value->get<bool>();
    return;
  }
  constexpr std::pair<std::string_view, Strategy> kStrategies[] = {{"longest_first", Strategy::kLongestFirst},
                                                                   {"only_first", Strategy::kOnlyFirst},
                                                                   {"only_second", Strategy::kOnlySecond}};
  const std::string name = value->is_string() ? value->get<std::string>() : "";
  const auto found = std::find_if(std::begin(kStrategies), std::end(kStrategies),
                                  [&](const auto& strategy) { return strategy.first == name; });
  if (found == std::end(kStrategies) && name != "do_not_truncate") {
    throw wrong_field(parameters.of("truncation"),
                      "must be true, false, \"longest_first\", \"only_first\", \"only_second\" or \"do_not_truncate\"");
  }
  request.truncate = name != "do_not_truncate";
  if (request.truncate) request.truncation = found->second;
}

// Arguments of transformers' pipeline that have no effect here: hone pads nothing, and the server makes the batches.
constexpr std::string_view kWithoutEffect[] = {
    "padding", "padding_side", "pad_to_multiple_of", "return_tensors", "batch_size", "num_workers", "verbose"};

void read_pipeline(const Body& object, const Fields& parameters, PredictRequest& request) {
  request.top_k = read_top_k(object, parameters);
  request.function_to_apply = read_function(parameters);
  if (const auto length = read_count(parameters, "max_length")) request.max_length = static_cast<size_t>(*length);
  request.add_special_tokens = parameters.flag("add_special_tokens").value_or(true);
  for (const std::string_view name : kWithoutEffect) {
    if (object.contains(name)) request.ignored.push_back(parameters.of(std::string(name)));
  }
}

// Reads the fields that TEI sends beside the inputs, and HF's clients among the parameters.
void read_encoding(const Fields& fields, const char* truncate, PredictRequest& request) {
  request.truncate = fields.flag(truncate).value_or(request.truncate);
  if (const auto side = read_side(fields)) request.truncation_side = side;
  if (!fields.flag("raw_scores").value_or(false)) return;
  if (!request.function_to_apply.empty() && request.function_to_apply != "none") {
    throw wrong_field(fields.of("raw_scores"),
                      fmt::format("contradicts function_to_apply \"{}\"", request.function_to_apply),
                      "leave one of them out");
  }
  request.function_to_apply = "none";
}

}  // namespace

PredictRequest read_predict(std::string_view body) {
  const Body parsed = http::json_body(body);
  // Accepts "options" (wait_for_model, use_cache), which configured Hugging Face's own servers and has no effect here.
  const Fields fields(parsed, "",
                      {"inputs", "parameters", "truncate", "truncation_direction", "raw_scores", "options"});
  PredictRequest request;
  request.inputs = read_inputs(fields.needed("inputs"));
  const Body& object = parameters_of(fields);
  const Fields parameters(object, "parameters",
                          {"top_k", "function_to_apply", "truncation", "truncate", "truncation_direction", "raw_scores",
                           "return_all_scores", "max_length", "add_special_tokens", "padding", "padding_side",
                           "pad_to_multiple_of", "return_tensors", "batch_size", "num_workers", "verbose"});
  read_pipeline(object, parameters, request);
  read_encoding(fields, "truncate", request);
  read_encoding(parameters, "truncate", request);
  read_truncation(parameters, request);
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
    if (!inputs[i].is_string()) throw wrong_field(place(i), "must be a string");
    request.texts.push_back(inputs[i].get<std::string>());
  }
  return request;
}

ExplainRequest read_explain(std::string_view body) {
  const Body parsed = http::json_body(body);
  const Fields fields(parsed, "", {"inputs", "parameters"});
  const Body& inputs = fields.needed("inputs");
  if (!inputs.is_string()) throw wrong_field("inputs", "must be a string");
  const Fields parameters(parameters_of(fields), "parameters", {"label"});
  return {inputs.get<std::string>(), parameters.text("label").value_or("")};
}

}  // namespace hone::serve
