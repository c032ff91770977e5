#include "serve/routes.h"

#include <fmt/ranges.h>

#include "http/openapi.h"
#include "serve/requests.h"
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
    "parameters": {"type": ["object", "null"], "additionalProperties": false, "properties": {
      "top_k": {"type": ["integer", "null"], "minimum": 1, "description": "labels of each input; null: all"},
      "function_to_apply": {"enum": [$FUNCTIONS, null], "description": "null: the model's own"},
      "return_all_scores": {"type": ["boolean", "null"], "description": "older form of top_k: true is all labels, false the best one"},
      "max_length": {"type": ["integer", "null"], "minimum": 1, "description": "tokens of an input, at most the model's"},
      "add_special_tokens": {"type": ["boolean", "null"]},
      "padding": $IGNORED, "padding_side": $IGNORED, "pad_to_multiple_of": $IGNORED, "return_tensors": $IGNORED,
      "batch_size": $IGNORED, "num_workers": $IGNORED, "verbose": $IGNORED,
      "truncation": {"enum": [true, false, "longest_first", "only_first", "only_second", "do_not_truncate", null]},
      "truncate": {"type": ["boolean", "null"]},
      "truncation_direction": {"enum": ["Left", "Right", "left", "right", null]},
      "raw_scores": {"type": ["boolean", "null"]}}},
    "truncate": {"type": ["boolean", "null"], "description": "false: an input that is too long is an error; else it is truncated"},
    "truncation_direction": {"enum": ["Left", "Right", "left", "right", null]},
    "raw_scores": {"type": ["boolean", "null"], "description": "true: the logits"},
    "options": {"description": "sent by older clients of Hugging Face; has no effect"}}
})";

constexpr const char* kPredictResponse = R"({
  "description": "for each input its labels, from the highest score to the lowest",
  "type": "array", "items": {"type": "array", "items": {
    "type": "object", "required": ["label", "score"], "additionalProperties": false,
    "properties": {"label": {"type": "string"}, "score": {"type": "number"}}}}
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
    "parameters": {"type": ["object", "null"], "additionalProperties": false, "properties": {
      "label": {"type": ["string", "null"], "description": "null: the label of the highest score"}}}}
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
  "required": ["state", "model", "name", "class_name", "model_type", "task", "labels", "function_to_apply", "max_length",
               "num_parameters", "device", "precision", "hone_version", "limits", "dataset", "examples", "error", "error_kind"],
  "additionalProperties": false,
  "properties": {
    "state": {"enum": ["loading", "ready", "failed"]}, "model": {"type": "string"}, "name": {"type": "string"},
    "class_name": {"type": ["string", "null"]}, "model_type": {"type": ["string", "null"]},
    "task": {"const": "text-classification"}, "labels": {"type": ["array", "null"], "items": {"type": "string"}},
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

// Fills the constants into a schema.
std::string filled(std::string schema) {
  const std::pair<std::string_view, std::string> values[] = {
      {"$MAX_INPUTS", fmt::format("{}", kMaxInputs)},
      {"$FUNCTIONS", fmt::format("\"{}\"", fmt::join(task::kScoreFunctionNames, "\", \""))},
      {"$FP32", std::string(tensor::kFp32)},
      {"$BF16", std::string(tensor::kBf16)},
      {"$IGNORED", R"({"description": "an argument of transformers' pipeline; has no effect here"})"}};
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
    return http::Route{.method = "POST",
                       .path = path,
                       .doc = doc,
                       .handle = call_prepared(service, &Service::predict, kShortTexts),
                       .request_schema = filled(kPredictRequest),
                       .response_schema = kPredictResponse,
                       .response_headers = {truncated, unknown, near_ties, ignored}};
  };
  return {
      predict("/predict", "labels and scores of texts, in the form of Hugging Face's text-classification task"),
      predict("/", "the same as /predict, for clients that know only the server's address"),
      {.method = "POST",
       .path = "/explain",
       .doc = "which words of a text decided: how much the label's score falls without each",
       .handle = call_prepared(service, &Service::explain, kShortExplained),
       .request_schema = kExplainRequest,
       .response_schema = kExplainResponse,
       .response_headers = {truncated, unknown}},
      {.method = "POST",
       .path = "/tokenize",
       .doc = "the tokens of texts",
       .handle = call_prepared(service, &Service::tokenize, kShortTexts),
       .request_schema = filled(kTokenizeRequest),
       .response_schema = kTokenizeResponse},
      {.method = "GET",
       .path = "/info",
       .doc = "the model, its labels, and the limits of the server",
       .handle = call(service, &Service::info),
       .response_schema = filled(kInfoResponse)},
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
}

}  // namespace hone::serve
