// Builds the document.
#include "http/openapi.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

#include "http/ascii.h"
#include "http/router.h"

namespace hone::http {

namespace {

constexpr const char* kErrorSchema = R"({
  "type": "object",
  "required": ["error", "field", "hint", "error_type"],
  "properties": {
    "error": {"type": "string", "description": "what is wrong"},
    "field": {"type": ["string", "null"], "description": "the field of the request that is wrong"},
    "hint": {"type": ["string", "null"], "description": "what to do about it"},
    "error_type": {"type": "string"}
  }
})";

Json schema_of(const std::string& text, const Route& route) {
  if (text.empty()) return Json::object();
  Json schema = Json::parse(text, nullptr, false);
  check_internal(schema.is_object(), ("the schema of " + route.method + " " + route.path).c_str());
  return schema;
}

Json parameters_of(const Route& route) {
  Json result = Json::array();
  const auto add = [&](const Parameter& parameter) {
    Json item = {{"name", parameter.name},
                 {"in", parameter.in},
                 {"required", parameter.required || parameter.in == "path"},
                 {"description", parameter.doc}};
    item["schema"] = schema_of(parameter.schema, route);
    result.push_back(std::move(item));
  };
  for (const std::string& segment : path_segments(route.path)) {
    const std::string name(parameter_name(segment));
    const bool is_told = std::any_of(route.parameters.begin(), route.parameters.end(), [&](const Parameter& parameter) {
      return parameter.in == "path" && parameter.name == name;
    });
    if (!name.empty() && !is_told) add({.name = name, .doc = "", .in = "path"});
  }
  for (const Parameter& parameter : route.parameters) add(parameter);
  return result;
}

// Returns {TYPE: {"schema": SCHEMA}}. Expressions that may throw are outside braces: with g++ 12, asan reports uses of
// dead temporaries otherwise.
Json content_of(const std::string& type, Json schema) {
  Json content = Json::object();
  content[type]["schema"] = std::move(schema);
  return content;
}

Json response_schema_of(const Route& route) {
  const bool is_text = route.response_schema.empty() && route.response_type != "application/json";
  return is_text ? schema_of(R"({"type":"string"})", route) : schema_of(route.response_schema, route);
}

Json headers_of(const std::vector<ResponseHeader>& headers, const Route& route) {
  Json result = Json::object();
  for (const ResponseHeader& header : headers) {
    Json& item = result[header.name] = {{"description", header.doc}};
    item["schema"] = schema_of(header.schema, route);
  }
  return result;
}

Json response_object(const std::string& doc, Json content, const std::vector<ResponseHeader>& headers,
                     const Route& route) {
  Json response = {{"description", doc}};
  response["content"] = std::move(content);
  if (!headers.empty()) response["headers"] = headers_of(headers, route);
  return response;
}

Json responses_of(const Route& route) {
  Json responses = Json::object();
  responses[std::to_string(route.success)] = response_object(
      "done", content_of(route.response_type, response_schema_of(route)), route.response_headers, route);
  for (const OtherResponse& other : route.other_responses) {
    responses[std::to_string(other.status)] = response_object(
        other.doc, content_of("application/json", schema_of(other.schema, route)), other.headers, route);
  }
  const Json error = {{"$ref", "#/components/schemas/Error"}};
  responses["default"] =
      response_object("an error", content_of("application/json", error), {retry_after_header()}, route);
  return responses;
}

// Returns a name for functions of generated clients: "post_predict", "get_api_runs_id", "post_root" for "/".
std::string operation_id(const Route& route) {
  std::string id = lowered(route.method);
  for (const std::string& segment : path_segments(route.path)) {
    const std::string_view name = parameter_name(segment);
    id += '_';
    for (const char c : name.empty() ? std::string_view(segment) : name) id += std::isalnum(c) != 0 ? c : '_';
  }
  return route.path == "/" ? id + "root" : id;
}

Json operation_of(const Route& route) {
  Json operation = {{"operationId", operation_id(route)}, {"summary", route.doc}};
  if (Json parameters = parameters_of(route); !parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!route.request_schema.empty()) {
    Json& body = operation["requestBody"] = {{"required", true}};
    body["content"] = content_of("application/json", schema_of(route.request_schema, route));
  }
  operation["responses"] = responses_of(route);
  if (route.needs_key) operation["security"] = Json::array({{{"key", Json::array()}}, Json::object()});
  return operation;
}

}  // namespace

ResponseHeader retry_after_header() {
  return {.name = "Retry-After",
          .doc = "seconds after which to try again, if that may help",
          .schema = R"({"type":"integer","minimum":1})"};
}

Json openapi_document(const ApiInfo& info, std::span<const Route> routes) {
  Json paths = Json::object();
  for (const Route& route : routes) paths[route.path][lowered(route.method)] = operation_of(route);
  return {{"openapi", "3.1.0"},
          {"info", {{"title", info.title}, {"version", info.version}}},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", {{"Error", Json::parse(kErrorSchema)}}},
            {"securitySchemes",
             {{"key", {{"type", "http"}, {"scheme", "bearer"}, {"description", "asked for where keys are set"}}}}}}}};
}

}  // namespace hone::http
