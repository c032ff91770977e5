#include "serve/routes.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "http/openapi.h"
#include "serve/embeddings.h"
#include "serve/notes.h"
#include "serve/parameters.h"
#include "serve/requests.h"
#include "task/names.h"
#include "task/score_functions.h"
#include "tensor/compute_options.h"

namespace hone::serve {

namespace {

constexpr const char* kPredictRequest = R"({
  "type": "object", "required": ["inputs"], "additionalProperties": false,
  "properties": {
    "inputs": {
      "description": "a text, or up to $MAX_INPUTS texts and pairs of texts",
      "anyOf": [{"type": "string"}, {"type": "object", "required": ["text"], "additionalProperties": false, "properties": {"text": {"type": "string"}, "text_pair": {"type": ["string", "null"]}}},
                {"type": "array", "minItems": 1, "maxItems": $MAX_INPUTS, "items": {"anyOf": [
                  {"type": "string"}, {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string"}},
                  {"type": "object", "required": ["text"], "additionalProperties": false, "properties": {"text": {"type": "string"}, "text_pair": {"type": ["string", "null"]}}}]}}]},
    "parameters": {"type": ["object", "null"], "additionalProperties": false, "properties": {$PREDICT_PARAMETERS}},
    $BODY_PARAMETERS, "options": {"description": "sent by older clients of Hugging Face; has no effect"}}
})";

constexpr const char* kPredictResponse = R"({
  "description": "the answer to each input", "type": "array", "items": $ANSWER
})";

// A single text is answered with its own list.
constexpr const char* kPredictPartsResponse = R"({
  "anyOf": [$ANSWER, {"description": "the answer to each input", "type": "array", "items": $ANSWER}]
})";

constexpr const char* kTokenizeRequest = R"({
  "type": "object", "required": ["inputs"], "additionalProperties": false,
  "properties": {
    "inputs": {"anyOf": [{"type": "string"},
                         {"type": "array", "minItems": 1, "maxItems": $MAX_INPUTS, "items": {"type": "string"}}]},
    "add_special_tokens": {"type": ["boolean", "null"]}}
})";

constexpr const char* kTokenizeResponse = R"({
  "type": "array", "items": {"type": "array", "items": {
    "type": "object", "required": ["id", "text", "special", "unknown", "start", "stop", "cut"], "additionalProperties": false,
    "properties": {
      "id": {"type": "integer"}, "text": {"type": "string"}, "special": {"type": "boolean"},
      "unknown": {"type": "boolean", "description": "the tokenizer does not know this part: the model gets [UNK]"},
      "start": {"type": ["integer", "null"], "description": "code points of the text"},
      "stop": {"type": ["integer", "null"]},
      "cut": {"type": "boolean", "description": "beyond what the model reads"}}}}
})";

constexpr const char* kExplainRequest = R"({
  "type": "object", "required": ["inputs"], "additionalProperties": false,
  "properties": {
    "inputs": {"type": "string"},
    "parameters": {"type": ["object", "null"], "additionalProperties": false, "properties": {$EXPLAIN_PARAMETERS}}}
})";

constexpr const char* kExplainResponse = R"({
  "type": "object", "required": ["label", "score", "method", "words_per_group", "words", "near_ties", "unknown_tokens"], "additionalProperties": false,
  "properties": {
    "label": {"type": "string"}, "score": {"type": "number"}, "method": {"const": "leave-one-word-out"},
    "words_per_group": {"type": "integer", "minimum": 1, "description": "words that are removed together"},
    "words": {"type": "array", "items": {
      "type": "object", "required": ["text", "start", "stop", "weight"], "additionalProperties": false,
      "properties": {
        "text": {"type": "string"}, "start": {"type": "integer", "description": "code points of the text"},
        "stop": {"type": "integer"}, "weight": {"type": "number", "description": "how much the score falls without it"}}}},
    "near_ties": {"type": "array", "items": {"type": "string"}, "description": "labels whose scores are nearly equal to the best, the best first; empty if there is a clear best"},
    "unknown_tokens": {"type": "object", "required": ["unknown", "total"], "additionalProperties": false,
      "description": "tokens of the text that the model does not know",
      "properties": {"unknown": {"type": "integer"}, "total": {"type": "integer"}}}}
})";

constexpr const char* kInfoResponse = R"({
  "type": "object",
  "required": ["state", "model", "name", "class_name", "model_type", "task", "widget", "labels", "thresholds", "ranges", "function_to_apply", "explains", "max_length",
               "num_parameters", "device", "precision", "hone_version", "limits", "dataset", "examples", "error", "error_kind"],
  "additionalProperties": false,
  "properties": {
    "state": {"enum": ["loading", "ready", "failed"]}, "model": {"type": "string"}, "name": {"type": "string"},
    "class_name": {"type": ["string", "null"]}, "model_type": {"type": ["string", "null"]},
    "task": {"enum": [$TASKS, null]},
    "widget": {"enum": [$WIDGETS, null], "description": "the form of the answers"},
    "labels": {"type": ["array", "null"], "items": {"type": "string"}},
    "thresholds": {"type": ["array", "null"], "items": {"type": "number"}, "description": "a label is chosen if its probability is above its threshold"},
    "ranges": {"type": ["array", "null"], "description": "lowest and highest number of each target in the training", "items": {
      "type": "object", "required": ["low", "high"], "additionalProperties": false,
      "properties": {"low": {"type": "number"}, "high": {"type": "number"}}}},
    "explains": {"type": ["boolean", "null"], "description": "whether POST /explain works for this model"},
    "function_to_apply": {"enum": [$FUNCTIONS, null]},
    "max_length": {"type": ["integer", "null"]}, "num_parameters": {"type": ["integer", "null"]},
    "device": {"type": ["string", "null"]}, "precision": {"enum": ["$FP32", "$BF16", null]},
    "hone_version": {"type": "string"},
    "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
    "dataset": {"type": ["string", "null"], "description": "the data set on which hone trained the model"},
    "examples": {"type": ["array", "null"], "description": "rows of the model's own evaluation set", "items": {
      "type": "object", "required": ["text", "text_pair", "label"], "additionalProperties": false,
      "properties": {"text": {"type": "string"}, "text_pair": {"type": ["string", "null"]}, "label": {"type": "string"}}}},
    "error": {"type": ["string", "null"]},
    "error_kind": {"enum": ["missing_folder", "untrained", "other", null], "description": "why the model could not be loaded"}}
})";

constexpr const char* kHealthResponse = R"({
  "type": "object", "required": ["status", "message"], "additionalProperties": false,
  "properties": {"status": {"const": "ready"}, "message": {"type": "string"}}
})";

constexpr const char* kNotReadyResponse = R"({
  "anyOf": [
    {"type": "object", "required": ["status", "message"], "additionalProperties": false,
     "properties": {"status": {"enum": ["loading", "failed"]}, "message": {"type": "string"}}},
    {"$ref": "#/components/schemas/Error"}]
})";

std::string quoted(const auto& names) { return fmt::format("\"{}\"", fmt::join(names, "\", \"")); }

// Fills the constants and what depends on the task into a schema.
std::string filled(std::string schema, const task::TaskRow& task) {
  std::set<std::string_view> widgets;
  for (const task::TaskRow& row : task::tasks()) {
    if (!row.form.widget.empty()) widgets.insert(row.form.widget);
  }
  const std::pair<std::string_view, std::string> values[] = {{"$PREDICT_PARAMETERS", predict_parameters_schema(task)},
                                                             {"$EXPLAIN_PARAMETERS", explain_parameters_schema(task)},
                                                             {"$BODY_PARAMETERS", body_parameters_schema(task)},
                                                             {"$ANSWER", std::string(task.form.schema)},
                                                             {"$MAX_INPUTS", fmt::format("{}", kMaxInputs)},
                                                             {"$FUNCTIONS", quoted(task::kScoreFunctionNames)},
                                                             {"$STRATEGIES", quoted(task::kAggregationNames)},
                                                             {"$TASKS", quoted(task::kTaskNames)},
                                                             {"$WIDGETS", quoted(widgets)},
                                                             {"$FP32", std::string(tensor::kFp32)},
                                                             {"$BF16", std::string(tensor::kBf16)}};
  for (const auto& [name, value] : values) {
    for (size_t at = schema.find(name); at != std::string::npos; at = schema.find(name, at + value.size())) {
      schema.replace(at, name.size(), value);
    }
  }
  return schema;
}

// Makes a handler of a method of Service.
template <typename Method>
auto call(Service& service, Method method) {
  return [&service, method](const http::Request& request) { return (service.*method)(request); };
}

// The server's thread handles bodies of at most this many bytes itself: they take a fraction of a millisecond, less
// than another thread costs. An explanation tokenizes its text once for each word.
constexpr size_t kShortTexts = 16384, kShortExplained = 1024;

template <typename Method>
auto call_prepared(Service& service, Method method, size_t short_bytes) {
  return [&service, method, short_bytes](http::Request request, http::Responder answer) {
    const auto run = [&service, method](const http::Request& asked, const http::Responder& given) {
      (service.*method)(asked, given);
    };
    if (request.body.size() <= short_bytes) return run(request, answer);
    service.prepare(std::move(request), std::move(answer), run);
  };
}

}  // namespace

std::vector<http::Route> routes(Service& service) {
  const task::TaskRow& task = service.task();
  const http::ResponseHeader truncated = {
      .name = kTruncatedHeader, .doc = "indices of the truncated inputs, such as 0,3; absent if there are none"};
  const http::ResponseHeader unknown = {
      .name = kUnknownHeader,
      .doc = "inputs with more than a tenth of unknown tokens, such as 0=13/20: 13 of 20; absent if there are none"};
  const http::ResponseHeader near_ties = {
      .name = kNearTiesHeader,
      .doc = "indices of the inputs whose best labels have nearly equal scores; absent if there are none"};
  const http::ResponseHeader ignored = {.name = kIgnoredHeader,
                                        .doc = "fields of the request that have no effect; absent if there are none"};
  const auto predict = [&](const char* path, const char* doc) {
    return http::Route{
        .method = "POST",
        .path = path,
        .doc = doc,
        .handle = call_prepared(service, &Service::predict, kShortTexts),
        .request_schema = filled(kPredictRequest, task),
        .response_schema = filled(task.form.is_list_of_parts ? kPredictPartsResponse : kPredictResponse, task),
        .response_headers = {truncated, unknown, near_ties, ignored}};
  };
  std::vector<http::Route> all = {
      predict("/predict", "the answers of the model to texts, in the form of Hugging Face's clients"),
      predict("/", "the same as /predict, for clients that know only the server's address"),
      {.method = "POST",
       .path = "/explain",
       .doc = "which words of a text decided: how much a score of the answer falls without each",
       .handle = call_prepared(service, &Service::explain, kShortExplained),
       .request_schema = filled(kExplainRequest, task),
       .response_schema = kExplainResponse,
       .response_headers = {truncated, unknown}},
      {.method = "POST",
       .path = "/tokenize",
       .doc = "the tokens of texts",
       .handle = call_prepared(service, &Service::tokenize, kShortTexts),
       .request_schema = filled(kTokenizeRequest, task),
       .response_schema = kTokenizeResponse},
      {.method = "GET",
       .path = "/info",
       .doc = "the model, its labels, and the limits of the server",
       .handle = call(service, &Service::info),
       .response_schema = filled(kInfoResponse, task)},
      {.method = "GET",
       .path = "/health",
       .doc = "whether the model is loading, ready (200) or failed",
       .handle = call(service, &Service::health),
       .needs_key = false,
       .response_schema = kHealthResponse,
       .other_responses = {{.status = 503,
                            .doc = "the model is loading (with Retry-After), or could not be loaded",
                            .schema = kNotReadyResponse,
                            .headers = {http::retry_after_header()}}}},
  };
  if (task.head == "pooling") {
    const auto add = [&](http::Route route, auto method) {
      route.handle = call_prepared(service, method, kShortTexts);
      all.push_back(std::move(route));
    };
    add(openai_route(), &Service::openai_embeddings);
    add(embed_route(), &Service::embed);
    add(similarity_route(), &Service::similarity);
  }
  return all;
}

}  // namespace hone::serve
