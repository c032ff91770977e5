#include "http/openapi.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"

namespace openapi_test {

using namespace hone;
using namespace hone::http;

const Handler kNothing([](const Request&) { return Response{}; });

TEST_CASE("the document describes each route with the data of its row") {
  const std::vector<Route> routes = {
      {.method = "POST",
       .path = "/predict",
       .doc = "labels of texts",
       .handle = kNothing,
       .request_schema = R"({"type":"object","required":["inputs"]})",
       .response_schema = R"({"type":"array"})",
       .success = 202},
      {.method = "GET",
       .path = "/runs/{id}",
       .doc = "a run",
       .handle = kNothing,
       .needs_key = false,
       .parameters = {{.name = "from", .doc = "first byte", .schema = R"({"type":"integer"})"}},
       .response_type = "text/plain"}};
  const Json document = openapi_document({"hone", "1.2"}, routes);
  CHECK(document["openapi"] == "3.1.0");
  CHECK(document["info"] == Json{{"title", "hone"}, {"version", "1.2"}});
  const Json& post = document["paths"]["/predict"]["post"];
  CHECK(post["summary"] == "labels of texts");
  CHECK(post["operationId"] == "post_predict");
  CHECK(document["paths"]["/runs/{id}"]["get"]["operationId"] == "get_runs_id");
  CHECK(post["requestBody"]["content"]["application/json"]["schema"]["required"][0] == "inputs");
  CHECK(post["responses"]["202"]["content"]["application/json"]["schema"]["type"] == "array");
  CHECK(post["responses"]["default"]["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/Error");
  CHECK(post["security"][0].contains("key"));
  const Json& get = document["paths"]["/runs/{id}"]["get"];
  CHECK(get["parameters"][0] == Json::parse(R"({"name":"id","in":"path","required":true,"description":"",
                                                "schema":{"type":"string"}})"));
  CHECK(get["parameters"][1]["name"] == "from");
  CHECK(get["parameters"][1]["required"] == false);
  CHECK(get["responses"]["200"]["content"]["text/plain"]["schema"]["type"] == "string");
  CHECK_FALSE(get.contains("security"));
  CHECK(document["components"]["schemas"]["Error"]["required"].size() == 4);
}

TEST_CASE("a path parameter that the row describes is listed once") {
  const Route route{.method = "GET",
                    .path = "/runs/{id}",
                    .handle = kNothing,
                    .parameters = {{.name = "id", .doc = "as listed", .in = "path"}}};
  const Json document = openapi_document({"hone", "1"}, std::span(&route, 1));
  const Json& parameters = document["paths"]["/runs/{id}"]["get"]["parameters"];
  REQUIRE(parameters.size() == 1);
  CHECK(parameters[0]["description"] == "as listed");
  CHECK(parameters[0]["required"] == true);
}

TEST_CASE("a row whose schema is not JSON is an internal error") {
  const Route route{.method = "GET", .path = "/x", .handle = kNothing, .response_schema = "{"};
  const Error error = expect_error([&] { openapi_document({"hone", "1"}, std::span(&route, 1)); });
  CHECK(error.kind() == ErrorKind::kInternal);
  CHECK(contains(error.what(), "the schema of GET /x"));
}

TEST_CASE("headers of responses and responses with other statuses are listed") {
  const Route route{
      .method = "GET",
      .path = "/x",
      .handle = kNothing,
      .response_headers = {{.name = "X-Cut", .doc = "what was truncated"}},
      .other_responses = {
          {.status = 503, .doc = "not yet", .schema = R"({"type":"array"})", .headers = {retry_after_header()}}}};
  const Json document = openapi_document({"hone", "1"}, std::span(&route, 1));
  const Json& responses = document["paths"]["/x"]["get"]["responses"];
  CHECK(responses["200"]["headers"] ==
        Json::parse(R"({"X-Cut":{"description":"what was truncated","schema":{"type":"string"}}})"));
  CHECK(responses["503"]["description"] == "not yet");
  CHECK(responses["503"]["content"]["application/json"]["schema"]["type"] == "array");
  CHECK(responses["503"]["headers"]["Retry-After"]["schema"]["type"] == "integer");
  CHECK(responses["default"]["headers"].contains("Retry-After"));
  CHECK_FALSE(openapi_document(
                  {"hone", "1"},
                  std::vector<Route>{
                      {.method = "GET", .path = "/y", .handle = kNothing}})["paths"]["/y"]["get"]["responses"]["200"]
                  .contains("headers"));
}

TEST_CASE("every operation has a unique id of letters, digits and underscores") {
  const std::vector<Route> routes = {{.method = "GET", .path = "/", .handle = kNothing},
                                     {.method = "POST", .path = "/", .handle = kNothing},
                                     {.method = "GET", .path = "/openapi.json", .handle = kNothing},
                                     {.method = "GET", .path = "/api/runs/{id}/metrics", .handle = kNothing}};
  const Json document = openapi_document({"hone", "1"}, routes);
  CHECK(document["paths"]["/"]["get"]["operationId"] == "get_root");
  CHECK(document["paths"]["/"]["post"]["operationId"] == "post_root");
  CHECK(document["paths"]["/openapi.json"]["get"]["operationId"] == "get_openapi_json");
  CHECK(document["paths"]["/api/runs/{id}/metrics"]["get"]["operationId"] == "get_api_runs_id_metrics");
}

}  // namespace openapi_test
