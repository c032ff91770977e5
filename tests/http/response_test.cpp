#include "http/response.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace hone;
using namespace hone::http;

TEST_CASE("an error is JSON with message, field, hint and type") {
  const Response response = error_response({.message = "no", .field = "inputs", .hint = "do"});
  CHECK(response.status == 400);
  CHECK(response.content_type == "application/json");
  CHECK(response.body == R"({"error":"no","field":"inputs","hint":"do","error_type":"validation"})");
  CHECK(error_response({.status = 404, .message = "no"}).body ==
        R"({"error":"no","field":null,"hint":null,"error_type":"not_found"})");
}

TEST_CASE("each status has a type of error") {
  CHECK(error_type_of(400) == "validation");
  CHECK(error_type_of(417) == "validation");
  CHECK(error_type_of(401) == "unauthorized");
  CHECK(error_type_of(403) == "forbidden");
  CHECK(error_type_of(405) == "method_not_allowed");
  CHECK(error_type_of(408) == "timeout");
  for (const unsigned status : {411u, 413u, 414u, 431u}) CHECK(error_type_of(status) == "too_large");
  CHECK(error_type_of(429) == "overloaded");
  CHECK(error_type_of(503) == "unhealthy");
  CHECK(error_type_of(500) == "backend");
  CHECK(error_type_of(501) == "backend");
}

TEST_CASE("hone's errors become answers by their kind") {
  CHECK(error_response(Error(ErrorKind::kUsage, "x")).status == 400);
  CHECK(error_response(Error(ErrorKind::kInput, "x")).status == 400);
  CHECK(error_response(Error(ErrorKind::kUnsupported, "x")).status == 400);
  CHECK(error_response(Error(ErrorKind::kIo, "x")).status == 500);
  CHECK(error_response(Error(ErrorKind::kInternal, "x")).status == 500);
  const RequestError own({.status = 422, .message = "m", .field = "f", .error_type = "tokenizer"});
  const Error& as_error = own;
  CHECK(error_response(as_error).status == 422);
  CHECK(error_response(as_error).body == R"({"error":"m","field":"f","hint":null,"error_type":"tokenizer"})");
}

TEST_CASE("whoever must wait is told how long") {
  const Response busy = error_response({.status = 429, .message = "the queue is full", .retry_after_seconds = 2});
  CHECK(busy.status == 429);
  CHECK(busy.headers == NamedValues{{"Retry-After", "2"}});
  CHECK(error_response({.status = 503, .message = "failed"}).headers.empty());
}

TEST_CASE("text that is not UTF-8 does not break an answer") {
  CHECK(Json::parse(json_response({{"a", "\xff"}}).body)["a"] == "\xEF\xBF\xBD");
  CHECK(text_response("x", 202).status == 202);
}
