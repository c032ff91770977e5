#include "serve/routes.h"

#include <set>

#include "serve/tiny_service.h"

using namespace hone;

TEST_CASE("every route has a doc line, schemas that are JSON, and a place of its own") {
  TinyService tiny;
  std::set<std::string> places;
  for (const http::Route& route : serve::routes(tiny.service)) {
    CAPTURE(route.path);
    CHECK(places.insert(route.method + " " + route.path).second);
    CHECK_FALSE(route.doc.empty());
    CHECK_FALSE(route.doc.ends_with("."));
    CHECK(route.handle);
    CHECK(Json::accept(route.response_schema));
    CHECK(route.request_schema.empty() == (route.method == "GET"));
    if (!route.request_schema.empty()) CHECK(Json::accept(route.request_schema));
  }
  CHECK(places == std::set<std::string>{"POST /", "POST /predict", "POST /explain", "POST /tokenize", "GET /info",
                                        "GET /health"});
}

TEST_CASE("only the state of the server is told to those without a key") {
  TinyService tiny;
  for (const http::Route& route : serve::routes(tiny.service)) CHECK(route.needs_key == (route.path != "/health"));
}

TEST_CASE("a route's handler reaches the service") {
  TinyService tiny;
  for (const http::Route& route : serve::routes(tiny.service)) {
    if (route.method != "GET") continue;
    unsigned status = 0;
    route.handle({}, [&](const http::Response& response) { status = response.status; });
    CHECK(status == (route.path == "/health" ? 503 : 200));
  }
}
