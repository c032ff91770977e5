#include "serve/requests.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>

#include "base/names.h"
#include "http/json_body.h"
#include "http/response.h"
#include "task/names.h"
#include "task/score_functions.h"

namespace hone::serve {

namespace {

using Body = http::BodyJson;
using http::wrong_field;

bool holds(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Reads the members of an object by name. Throws for a name that is not in `known`; the error has the nearest known
// name.
class Fields {
 public:
  // `where`: the object's own field name, such as "parameters"; empty for the body.
  Fields(const Body& object, const std::string& where, const std::vector<std::string_view>& known)
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

  bool contains(const char* name) const { return object_.contains(name); }

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

std::optional<int64_t> read_count(const Fields& parameters, const char* name, int64_t least = 1) {
  const Body* value = parameters.find(name);
  if (value == nullptr) return std::nullopt;
  const bool fits = value->is_number_integer() && (!value->is_number_unsigned() || value->get<uint64_t>() <= INT64_MAX);
  if (!fits || value->get<int64_t>() < least) {
    throw wrong_field(parameters.of(name), fmt::format("must be a whole number >= {}", least));
  }
  return value->get<int64_t>();
}

// TEI writes "Left" and "Right", transformers "left" and "right".
void read_side(const Fields& fields, const char* field, PredictRequest& request) {
  const auto name = fields.text(field);
  if (!name) return;
  if (*name == "Left" || *name == "left") {
    request.truncation_side = text::Side::kLeft;
  } else if (*name == "Right" || *name == "right") {
    request.truncation_side = text::Side::kRight;
  } else {
    throw wrong_field(fields.of(field), "must be \"Left\" or \"Right\"");
  }
}

// truncation is a boolean (true: longest_first) or one of transformers' strategies.
void read_truncation(const Fields& parameters, const char* field, PredictRequest& request) {
  using Strategy = text::TruncationStrategy;
  const Body* value = parameters.find(field);
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
    throw wrong_field(parameters.of(field),
                      "must be true, false, \"longest_first\", \"only_first\", \"only_second\" or \"do_not_truncate\"");
  }
  request.truncate = name != "do_not_truncate";
  if (request.truncate) request.truncation = found->second;
}

void read_truncate(const Fields& fields, const char* field, PredictRequest& request) {
  request.truncate = fields.flag(field).value_or(request.truncate);
}

void read_raw_scores(const Fields& fields, const char* field, PredictRequest& request) {
  if (!fields.flag(field).value_or(false)) return;
  std::string& function = request.answers.function_to_apply;
  if (!function.empty() && function != "none") {
    throw wrong_field(fields.of(field), fmt::format("contradicts function_to_apply \"{}\"", function),
                      "leave one of them out");
  }
  function = "none";
}

void read_function(const Fields& parameters, const char* field, PredictRequest& request) {
  const auto name = parameters.text(field);
  if (!name) return;
  try {
    request.answers.function_to_apply = task::find_score_function(http::clipped(*name)).name;
  } catch (const Error& error) {
    throw http::RequestError({.message = error.what(), .field = parameters.of(field), .hint = error.hint()});
  }
}

void read_top_k(const Fields& parameters, const char* field, PredictRequest& request) {
  request.answers.top_k = read_count(parameters, field);
}

void read_strategy(const Fields& parameters, const char* field, PredictRequest& request) {
  const auto name = parameters.text(field);
  if (!name) return;
  if (holds(task::kAggregationNames, *name)) {
    request.answers.aggregation_strategy = *name;
    return;
  }
  const std::vector<std::string> known(task::kAggregationNames.begin(), task::kAggregationNames.end());
  const Error error = unknown_name(ErrorKind::kUsage, field, http::clipped(*name), known);
  throw http::RequestError({.message = error.what(), .field = parameters.of(field), .hint = error.hint()});
}

void read_ignored_labels(const Fields& parameters, const char* field, PredictRequest& request) {
  const Body* value = parameters.find(field);
  if (value == nullptr) return;
  const bool fits = value->is_array() && std::ranges::all_of(*value, [](const Body& item) { return item.is_string(); });
  if (!fits) throw wrong_field(parameters.of(field), "must be a list of strings");
  request.answers.ignore_labels = value->get<std::vector<std::string>>();
}

void read_constrained(const Fields& parameters, const char* field, PredictRequest& request) {
  request.answers.constrained_decoding = parameters.flag(field).value_or(false);
}

void read_stride(const Fields& parameters, const char* field, PredictRequest& request) {
  request.stride = read_count(parameters, field, 0);
}

// The older form of top_k: true is all labels, false the best one. top_k takes precedence, even if it is null.
void read_all_scores(const Fields& parameters, const char* field, PredictRequest& request) {
  const auto all_scores = parameters.flag(field);
  if (!all_scores || parameters.contains("top_k")) return;
  request.answers.top_k = *all_scores ? std::nullopt : std::optional<int64_t>(1);
}

void read_max_length(const Fields& parameters, const char* field, PredictRequest& request) {
  if (const auto length = read_count(parameters, field)) request.max_length = static_cast<size_t>(*length);
}

void read_special_tokens(const Fields& parameters, const char* field, PredictRequest& request) {
  request.add_special_tokens = parameters.flag(field).value_or(true);
}

// Arguments of transformers' pipelines that have no effect here: hone pads nothing, and the server makes the batches.
void note_ignored(const Fields& parameters, const char* field, PredictRequest& request) {
  if (parameters.contains(field)) request.ignored.push_back(parameters.of(field));
}

constexpr std::string_view kFlagSchema = R"({"type": ["boolean", "null"]})";
constexpr std::string_view kIgnoredSchema =
    R"({"description": "an argument of transformers' pipelines; has no effect here"})";

// A parameter of POST /predict. One with the name `of` of an AnswerOption exists only for tasks that read this option.
struct PredictParameter {
  const char* name;
  std::string_view of;
  std::string_view schema;
  void (*read)(const Fields& parameters, const char* field, PredictRequest& request);
};

// In the order of reading: function_to_apply before raw_scores, which may contradict it.
constexpr PredictParameter kPredictParameters[] = {
    {"top_k", "top_k",
     R"({"type": ["integer", "null"], "minimum": 1, "description": "labels of each input; null: all"})", read_top_k},
    {"return_all_scores", "top_k",
     R"({"type": ["boolean", "null"], "description": "older form of top_k: true is all labels, false the best one"})",
     read_all_scores},
    {"function_to_apply", "function_to_apply",
     R"({"enum": [$FUNCTIONS, null], "description": "null: the model's own"})", read_function},
    {"raw_scores", "function_to_apply", kFlagSchema, read_raw_scores},
    {"aggregation_strategy", "aggregation_strategy",
     R"({"enum": [$STRATEGIES, null], "description": "how tokens become entities; null: first"})", read_strategy},
    {"ignore_labels", "ignore_labels",
     R"({"type": ["array", "null"], "items": {"type": "string"}, "description": "types to leave out; null: O"})",
     read_ignored_labels},
    {"constrained_decoding", "constrained_decoding",
     R"({"type": ["boolean", "null"], "description": "true: only sequences of tags that their scheme allows"})",
     read_constrained},
    {"stride", "aggregation_strategy",
     R"({"type": ["integer", "null"], "minimum": 0, "description": "reads long texts in windows that share so many tokens"})",
     read_stride},
    {"max_length", "",
     R"({"type": ["integer", "null"], "minimum": 1, "description": "tokens of an input, at most the model's"})",
     read_max_length},
    {"add_special_tokens", "", kFlagSchema, read_special_tokens},
    {"truncate", "", kFlagSchema, read_truncate},
    {"truncation", "",
     R"({"enum": [true, false, "longest_first", "only_first", "only_second", "do_not_truncate", null]})",
     read_truncation},
    {"truncation_direction", "", R"({"enum": ["Left", "Right", "left", "right", null]})", read_side},
    {"padding", "", kIgnoredSchema, note_ignored},
    {"padding_side", "", kIgnoredSchema, note_ignored},
    {"pad_to_multiple_of", "", kIgnoredSchema, note_ignored},
    {"return_tensors", "", kIgnoredSchema, note_ignored},
    {"batch_size", "", kIgnoredSchema, note_ignored},
    {"num_workers", "", kIgnoredSchema, note_ignored},
    {"verbose", "", kIgnoredSchema, note_ignored},
};

// Fields that TEI sends beside the inputs, and HF's clients among the parameters.
constexpr std::string_view kBodyParameters[] = {"truncate", "truncation_direction", "raw_scores"};

// A parameter of POST /explain.
struct ExplainParameter {
  const char* name;
  std::string_view schema;
  void (*read)(const Fields& parameters, const char* field, task::ExplainOptions& options);
};

void read_label(const Fields& parameters, const char* field, task::ExplainOptions& options) {
  options.label = parameters.text(field).value_or("");
}

std::optional<uint64_t> read_place(const Fields& parameters, const char* field) {
  const auto place = read_count(parameters, field, 0);
  return place ? std::optional(static_cast<uint64_t>(*place)) : std::nullopt;
}

void read_start(const Fields& parameters, const char* field, task::ExplainOptions& options) {
  options.start = read_place(parameters, field);
}

void read_end(const Fields& parameters, const char* field, task::ExplainOptions& options) {
  options.end = read_place(parameters, field);
}

constexpr ExplainParameter kExplainParameters[] = {
    {"label", R"({"type": ["string", "null"], "description": "null: the label of the highest score"})", read_label},
    {"start", R"({"type": ["integer", "null"], "minimum": 0, "description": "the entity's first code point"})",
     read_start},
    {"end", R"({"type": ["integer", "null"], "minimum": 0, "description": "the code point after the entity"})",
     read_end},
};

std::vector<PredictParameter> parameters_of_task(const task::TaskRow& task) {
  std::vector<PredictParameter> parameters;
  for (const PredictParameter& parameter : kPredictParameters) {
    if (parameter.of.empty() || holds(task.form.parameters, parameter.of)) parameters.push_back(parameter);
  }
  return parameters;
}

std::vector<ExplainParameter> explain_parameters_of_task(const task::TaskRow& task) {
  std::vector<ExplainParameter> parameters;
  for (const ExplainParameter& parameter : kExplainParameters) {
    if (holds(task.form.explain_parameters, parameter.name)) parameters.push_back(parameter);
  }
  return parameters;
}

template <typename Parameter>
std::vector<std::string_view> names_of(const std::vector<Parameter>& parameters) {
  std::vector<std::string_view> names;
  for (const Parameter& parameter : parameters) names.emplace_back(parameter.name);
  return names;
}

template <typename Parameter>
std::string schema_of(const std::vector<Parameter>& parameters) {
  std::string schema;
  for (const Parameter& parameter : parameters) {
    schema += fmt::format("{}\"{}\": {}", schema.empty() ? "{" : ", ", parameter.name, parameter.schema);
  }
  return schema.empty() ? "{}" : schema + "}";
}

}  // namespace

PredictRequest read_predict(std::string_view body, const task::TaskRow& task) {
  const Body parsed = http::json_body(body);
  const std::vector<PredictParameter> known = parameters_of_task(task);
  // Accepts "options" (wait_for_model, use_cache), which configured Hugging Face's own servers and has no effect here.
  std::vector<std::string_view> body_fields = {"inputs", "parameters", "options"};
  for (const PredictParameter& parameter : known) {
    if (holds(kBodyParameters, parameter.name)) body_fields.emplace_back(parameter.name);
  }
  const Fields fields(parsed, "", body_fields);
  PredictRequest request;
  const Body& inputs = fields.needed("inputs");
  request.inputs = read_inputs(inputs);
  request.is_single = !inputs.is_array();
  if (fields.contains("options")) request.ignored.emplace_back("options");
  const Fields parameters(parameters_of(fields), "parameters", names_of(known));
  for (const PredictParameter& parameter : known) {
    if (holds(kBodyParameters, parameter.name)) parameter.read(fields, parameter.name, request);
    parameter.read(parameters, parameter.name, request);
  }
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

ExplainRequest read_explain(std::string_view body, const task::TaskRow& task) {
  const Body parsed = http::json_body(body);
  const Fields fields(parsed, "", {"inputs", "parameters"});
  const Body& inputs = fields.needed("inputs");
  if (!inputs.is_string()) throw wrong_field("inputs", "must be a string");
  const std::vector<ExplainParameter> known = explain_parameters_of_task(task);
  const Fields parameters(parameters_of(fields), "parameters", names_of(known));
  ExplainRequest request{.text = inputs.get<std::string>()};
  for (const ExplainParameter& parameter : known) parameter.read(parameters, parameter.name, request.options);
  return request;
}

std::string predict_parameters_schema(const task::TaskRow& task) { return schema_of(parameters_of_task(task)); }
std::string explain_parameters_schema(const task::TaskRow& task) { return schema_of(explain_parameters_of_task(task)); }

}  // namespace hone::serve
