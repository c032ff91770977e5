// The rows, with the schemas that /openapi.json shows.
#include "serve/routes.h"

#include "http/openapi.h"

namespace hone::serve {

namespace {

constexpr const char* kPredictRequest = R"({
  "type": "object", "required": ["inputs"], "additionalProperties": false,
  "properties": {
    "inputs": {
      "description": "a text, or up to 64 texts and pairs of texts",
      "anyOf": [{"type": "string"}, {"type": "object", "required": ["text"], "additionalProperties": false, "properties": {"text": {"type": "string"}, "text_pair": {"type": ["string", "null"]}}},
                {"type": "array", "minItems": 1, "maxItems": 64, "items": {"anyOf": [
                  {"type": "string"}, {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string"}},
                  {"type": "object", "required": ["text"], "additionalProperties": false, "properties": {"text": {"type": "string"}, "text_pair": {"type": ["string", "null"]}}}]}}]},
    "parameters": {"type": ["object", "null"], "additionalProperties": false, "properties": {
      "top_k": {"type": ["integer", "null"], "minimum": 1, "description": "labels of an answer; null: all"},
      "function_to_apply": {"enum": ["softmax", "sigmoid", "none", null], "description": "null: the model's own"},
      "truncation": {"type": ["boolean", "null"]}, "truncate": {"type": ["boolean", "null"]},
      "truncation_direction": {"enum": ["Left", "Right", "left", "right", null]},
      "raw_scores": {"type": ["boolean", "null"]}}},
    "truncate": {"type": ["boolean", "null"], "description": "false: too long an input is an error; else it is cut"},
    "truncation_direction": {"enum": ["Left", "Right", "left", "right", null]},
    "raw_scores": {"type": ["boolean", "null"], "description": "true: the logits"},
    "options": {"description": "taken for Hugging Face's older clients; without effect"}}
})";

constexpr const char* kPredictResponse = R"({
  "description": "for each input its labels, from the highest score on",
  "type": "array", "items": {"type": "array", "items": {
    "type": "object", "required": ["label", "score"], "additionalProperties": false,
    "properties": {"label": {"type": "string"}, "score": {"type": "number"}}}}
})";

constexpr const char* kTokenizeRequest = R"({
  "type": "object", "required": ["inputs"], "additionalProperties": false,
  "properties": {
    "inputs": {"anyOf": [{"type": "string"},
                         {"type": "array", "minItems": 1, "maxItems": 64, "items": {"type": "string"}}]},
    "add_special_tokens": {"type": ["boolean", "null"]}}
})";

constexpr const char* kTokenizeResponse = R"({
  "type": "array", "items": {"type": "array", "items": {
    "type": "object", "required": ["id", "text", "special", "start", "stop", "cut"], "additionalProperties": false,
    "properties": {
      "id": {"type": "integer"}, "text": {"type": "string"}, "special": {"type": "boolean"},
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
  "type": "object", "required": ["label", "score", "method", "words_per_group", "words"], "additionalProperties": false,
  "properties": {
    "label": {"type": "string"}, "score": {"type": "number"}, "method": {"const": "leave-one-word-out"},
    "words_per_group": {"type": "integer", "minimum": 1, "description": "words that are left out together"},
    "words": {"type": "array", "items": {
      "type": "object", "required": ["text", "start", "stop", "weight"], "additionalProperties": false,
      "properties": {
        "text": {"type": "string"}, "start": {"type": "integer", "description": "code points of the text"},
        "stop": {"type": "integer"}, "weight": {"type": "number", "description": "how much the score falls without it"}}}}}
})";

constexpr const char* kInfoResponse = R"({
  "type": "object",
  "required": ["state", "model", "name", "class_name", "model_type", "task", "labels", "function_to_apply", "max_length",
               "num_parameters", "device", "precision", "hone_version", "limits", "error"],
  "additionalProperties": false,
  "properties": {
    "state": {"enum": ["loading", "ready", "failed"]}, "model": {"type": "string"}, "name": {"type": "string"},
    "class_name": {"type": ["string", "null"]}, "model_type": {"type": ["string", "null"]},
    "task": {"const": "text-classification"}, "labels": {"type": ["array", "null"], "items": {"type": "string"}},
    "function_to_apply": {"enum": ["softmax", "sigmoid", "none", null]},
    "max_length": {"type": ["integer", "null"]}, "num_parameters": {"type": ["integer", "null"]},
    "device": {"type": ["string", "null"]}, "precision": {"enum": ["fp32", "bf16", null]},
    "hone_version": {"type": "string"},
    "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
    "error": {"type": ["string", "null"]}}
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

// A method of Service as a handler.
template <typename Method>
auto call(Service& service, Method method) {
  return [&service, method](const http::Request& request) { return (service.*method)(request); };
}

// Up to so large a body a request is prepared on the server's thread, in a fraction of a millisecond: handing it over
// would cost more. An explanation tokenises its text once for each word.
constexpr size_t kShortTexts = 16384, kShortExplained = 1024;

template <typename Method>
auto call_prepared(Service& service, Method method, size_t short_bytes) {
  return [&service, method, short_bytes](http::Request request, http::Answer answer) {
    const auto run = [&service, method](const http::Request& asked, const http::Answer& given) {
      (service.*method)(asked, given);
    };
    if (request.body.size() <= short_bytes) return run(request, answer);
    service.prepare(std::move(request), std::move(answer), run);
  };
}

}  // namespace

std::vector<http::Route> routes(Service& service) {
  const http::AnswerHeader truncated = {.name = "X-Hone-Truncated",
                                        .doc = "places of the inputs that were cut, as 0,3; absent where none was"};
  const auto predict = [&](const char* path, const char* doc) {
    return http::Route{.method = "POST",
                       .path = path,
                       .doc = doc,
                       .handle = call_prepared(service, &Service::predict, kShortTexts),
                       .request_schema = kPredictRequest,
                       .response_schema = kPredictResponse,
                       .response_headers = {truncated}};
  };
  return {
      predict("/predict", "labels and scores of texts, as Hugging Face's text-classification task"),
      predict("/", "the same as /predict, for clients that know only the server's address"),
      {.method = "POST",
       .path = "/explain",
       .doc = "which words of a text decided: how much the label's score falls without each",
       .handle = call_prepared(service, &Service::explain, kShortExplained),
       .request_schema = kExplainRequest,
       .response_schema = kExplainResponse,
       .response_headers = {truncated}},
      {.method = "POST",
       .path = "/tokenize",
       .doc = "the tokens of texts",
       .handle = call_prepared(service, &Service::tokenize, kShortTexts),
       .request_schema = kTokenizeRequest,
       .response_schema = kTokenizeResponse},
      {.method = "GET",
       .path = "/info",
       .doc = "the model, its labels, and the limits of the server",
       .handle = call(service, &Service::info),
       .response_schema = kInfoResponse},
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
