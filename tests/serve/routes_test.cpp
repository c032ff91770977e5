#include "serve/routes.h"

#include <set>
#include <thread>

#include "serve/tiny_service.h"

namespace routes_test {

using namespace hone;

TEST_CASE("every route has a doc line, schemas that are JSON, and a unique method and path") {
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

TEST_CASE("only the state of the server is available without a key") {
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

// A route's response, and whether another thread delivered it.
struct Answered {
  http::Response response;
  bool elsewhere = false;
};

Answered ask(const http::Route& route, const std::string& body) {
  const auto promise = std::make_shared<std::promise<Answered>>();
  route.handle(request_of(body), [promise, asking = std::this_thread::get_id()](http::Response response) {
    promise->set_value({std::move(response), std::this_thread::get_id() != asking});
  });
  return promise->get_future().get();
}

TEST_CASE("a large request is prepared on another thread, which also responds to its errors") {
  TinyService tiny;
  const std::string large = Json({{"inputs", std::string(40'000, 'a')}}).dump();
  std::string wrong = large;
  wrong.back() = ' ';
  for (const http::Route& route : serve::routes(tiny.service)) {
    if (route.method == "POST") CHECK_THROWS_AS(ask(route, large), http::RequestError);  // no model: fails at once
  }
  tiny.started();
  for (const http::Route& route : serve::routes(tiny.service)) {
    if (route.method != "POST") continue;
    CAPTURE(route.path);
    const Answered right = ask(route, large), refused = ask(route, wrong);
    CHECK(right.response.status == 200);
    CHECK(right.elsewhere);
    CHECK(refused.response.status == 400);
    CHECK(refused.elsewhere);
    CHECK_THROWS_AS(ask(route, "{"), http::RequestError);  // a small request fails at once
  }
}

}  // namespace routes_test
