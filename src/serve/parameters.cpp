#include "serve/parameters.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>

#include "base/names.h"
#include "task/names.h"
#include "task/score_functions.h"

namespace hone::serve {

namespace {

using Body = http::BodyJson;
using http::Fields;
using http::wrong_field;

bool holds(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

const Body& parameters_of(const Fields& fields) {
  static const Body none = Body::object();
  const Body* parameters = fields.find("parameters");
  if (parameters == nullptr) return none;
  if (!parameters->is_object()) throw wrong_field("parameters", "must be an object", R"(such as {"top_k": 1})");
  return *parameters;
}

// TEI writes "Left" and "Right", transformers "left" and "right".
void read_side(const Fields& fields, const char* field, PredictParameters& given) {
  const auto name = fields.text(field);
  if (!name) return;
  if (*name == "Left" || *name == "left") {
    given.truncation_side = text::Side::kLeft;
  } else if (*name == "Right" || *name == "right") {
    given.truncation_side = text::Side::kRight;
  } else {
    throw wrong_field(fields.of(field), "must be \"Left\" or \"Right\"");
  }
}

// truncation is a boolean (true: longest_first) or one of transformers' strategies.
void read_truncation(const Fields& parameters, const char* field, PredictParameters& given) {
  using Strategy = text::TruncationStrategy;
  const Body* value = parameters.find(field);
  if (value == nullptr) return;
  if (value->is_boolean()) {
    given.truncate = value->get<bool>();
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
  given.truncate = name != "do_not_truncate";
  if (given.truncate) given.truncation = found->second;
}

void read_truncate(const Fields& fields, const char* field, PredictParameters& given) {
  given.truncate = fields.flag(field).value_or(given.truncate);
}

void read_raw_scores(const Fields& fields, const char* field, PredictParameters& given) {
  if (!fields.flag(field).value_or(false)) return;
  std::string& function = given.answers.function_to_apply;
  if (!function.empty() && function != "none") {
    throw wrong_field(fields.of(field), fmt::format("contradicts function_to_apply \"{}\"", function),
                      "leave one of them out");
  }
  function = "none";
}

void read_function(const Fields& parameters, const char* field, PredictParameters& given) {
  const auto name = parameters.text(field);
  if (!name) return;
  try {
    given.answers.function_to_apply = task::find_score_function(http::clipped(*name)).name;
  } catch (const Error& error) {
    throw http::RequestError({.message = error.what(), .field = parameters.of(field), .hint = error.hint()});
  }
}

void read_top_k(const Fields& parameters, const char* field, PredictParameters& given) {
  given.answers.top_k = parameters.count(field);
}

void read_strategy(const Fields& parameters, const char* field, PredictParameters& given) {
  const auto name = parameters.text(field);
  if (!name) return;
  if (holds(task::kAggregationNames, *name)) {
    given.answers.aggregation_strategy = *name;
    return;
  }
  const std::vector<std::string> known(task::kAggregationNames.begin(), task::kAggregationNames.end());
  const Error error = unknown_name(ErrorKind::kUsage, field, http::clipped(*name), known);
  throw http::RequestError({.message = error.what(), .field = parameters.of(field), .hint = error.hint()});
}

void read_ignored_labels(const Fields& parameters, const char* field, PredictParameters& given) {
  const Body* value = parameters.find(field);
  if (value == nullptr) return;
  const bool fits = value->is_array() && std::ranges::all_of(*value, [](const Body& item) { return item.is_string(); });
  if (!fits) throw wrong_field(parameters.of(field), "must be a list of strings");
  given.answers.ignore_labels = value->get<std::vector<std::string>>();
}

void read_constrained(const Fields& parameters, const char* field, PredictParameters& given) {
  given.answers.constrained_decoding = parameters.flag(field).value_or(false);
}

void read_stride(const Fields& parameters, const char* field, PredictParameters& given) {
  given.stride = parameters.count(field, 0);
  given.answers.merges_windows = given.stride.has_value();
}

// The older form of top_k: true is all labels, false the best one. top_k takes precedence, even if it is null.
void read_all_scores(const Fields& parameters, const char* field, PredictParameters& given) {
  const auto all_scores = parameters.flag(field);
  if (!all_scores || parameters.contains("top_k")) return;
  given.answers.top_k = *all_scores ? std::nullopt : std::optional<int64_t>(1);
}

void read_max_length(const Fields& parameters, const char* field, PredictParameters& given) {
  if (const auto length = parameters.count(field)) given.max_length = static_cast<size_t>(*length);
}

void read_special_tokens(const Fields& parameters, const char* field, PredictParameters& given) {
  given.add_special_tokens = parameters.flag(field).value_or(true);
}

// Arguments of transformers' pipelines that have no effect here: hone pads nothing, and the server makes the batches.
void note_ignored(const Fields& parameters, const char* field, PredictParameters& given) {
  if (parameters.contains(field)) given.ignored.push_back(parameters.of(field));
}

constexpr std::string_view kFlagSchema = R"({"type": ["boolean", "null"]})";
constexpr std::string_view kIgnoredSchema =
    R"({"description": "an argument of transformers' pipelines; has no effect here"})";

// A parameter of POST /predict. One with the name `of` of an AnswerOption exists only for tasks that read this option.
struct PredictParameter {
  const char* name;
  std::string_view of;
  std::string_view schema;
  void (*read)(const Fields& parameters, const char* field, PredictParameters& given);
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
    {"raw_scores", "function_to_apply", R"({"type": ["boolean", "null"], "description": "true: the logits"})",
     read_raw_scores},
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
    {"truncate", "",
     R"({"type": ["boolean", "null"], "description": "false: an input that is too long is an error; else it is truncated"})",
     read_truncate},
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
  const auto place = parameters.count(field, 0);
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

std::vector<PredictParameter> body_parameters_of(const task::TaskRow& task) {
  std::vector<PredictParameter> parameters = parameters_of_task(task);
  std::erase_if(parameters, [](const PredictParameter& parameter) { return !holds(kBodyParameters, parameter.name); });
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

// "top_k": {...}, "max_length": {...}
template <typename Parameter>
std::string schema_of(const std::vector<Parameter>& parameters) {
  std::string schema;
  for (const Parameter& parameter : parameters) {
    schema += fmt::format("{}\"{}\": {}", schema.empty() ? "" : ", ", parameter.name, parameter.schema);
  }
  return schema;
}

}  // namespace

std::vector<std::string_view> body_parameters(const task::TaskRow& task) { return names_of(body_parameters_of(task)); }

PredictParameters read_predict_parameters(const Fields& body, const task::TaskRow& task) {
  const std::vector<PredictParameter> known = parameters_of_task(task);
  const Fields parameters(parameters_of(body), "parameters", names_of(known));
  PredictParameters given;
  for (const PredictParameter& parameter : known) {
    if (holds(kBodyParameters, parameter.name)) parameter.read(body, parameter.name, given);
    parameter.read(parameters, parameter.name, given);
  }
  return given;
}

task::ExplainOptions read_explain_parameters(const Fields& body, const task::TaskRow& task) {
  const std::vector<ExplainParameter> known = explain_parameters_of_task(task);
  const Fields parameters(parameters_of(body), "parameters", names_of(known));
  task::ExplainOptions options;
  for (const ExplainParameter& parameter : known) parameter.read(parameters, parameter.name, options);
  return options;
}

std::string body_parameters_schema(const task::TaskRow& task) { return schema_of(body_parameters_of(task)); }
std::string predict_parameters_schema(const task::TaskRow& task) { return schema_of(parameters_of_task(task)); }
std::string explain_parameters_schema(const task::TaskRow& task) { return schema_of(explain_parameters_of_task(task)); }

}  // namespace hone::serve
