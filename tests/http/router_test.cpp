#include "http/router.h"

#include <doctest/doctest.h>

#include "expect_error.h"

namespace router_test {

using namespace hone;
using namespace hone::http;

Route route(const char* method, const char* path) {
  return {.method = method, .path = path, .handle = Handler([](const Request&) { return Response{}; })};
}

TEST_CASE("a path matches with its parameters, and a fixed path takes precedence") {
  const Router router({route("GET", "/runs/{id}"), route("GET", "/runs/all"), route("GET", "/runs/{id}/steps/{step}"),
                       route("POST", "/runs/{id}"), route("GET", "/")});
  CHECK(router.find("GET", {"runs", "all"}).route->path == "/runs/all");
  const RouteMatch match = router.find("GET", {"runs", "a/b", "steps", "7"});
  REQUIRE(match.route != nullptr);
  CHECK(match.parameters == NamedValues{{"id", "a/b"}, {"step", "7"}});
  CHECK(router.find("POST", {"runs", "x"}).route->method == "POST");
  CHECK(router.find("HEAD", {"runs", "x"}).route->method == "GET");
  CHECK(router.find("GET", {""}).route->path == "/");
}

TEST_CASE("an unknown path and a wrong method are different results") {
  const Router router({route("GET", "/runs/{id}"), route("POST", "/runs/{id}")});
  const RouteMatch wrong_method = router.find("DELETE", {"runs", "x"});
  CHECK(wrong_method.route == nullptr);
  CHECK(wrong_method.allow == "GET, HEAD, POST, OPTIONS");
  for (const std::vector<std::string>& path :
       std::vector<std::vector<std::string>>{{"runs"}, {"runs", ""}, {"runs", "x", ""}, {"Runs", "x"}, {""}}) {
    CHECK(router.find("GET", path).allow.empty());
  }
}

TEST_CASE("paths are split at their slashes") {
  CHECK(path_segments("/") == std::vector<std::string>{""});
  CHECK(path_segments("/a/{b}/") == std::vector<std::string>{"a", "{b}", ""});
  CHECK(parameter_name("{b}") == "b");
  CHECK(parameter_name("{}").empty());
  CHECK(parameter_name("b").empty());
}

TEST_CASE("an invalid route table is an internal error") {
  CHECK(contains(expect_error([] { Router({route("GET", "x")}); }).what(), "begins with a slash"));
  CHECK(contains(expect_error([] { Router({route("GET", "/x"), route("GET", "/x")}); }).what(), "two routes alike"));
  CHECK(contains(expect_error([] { Router({Route{.method = "GET", .path = "/x"}}); }).what(), "without a handler"));
}

}  // namespace router_test
