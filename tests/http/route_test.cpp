#include "http/route.h"

#include <doctest/doctest.h>

using namespace hone::http;

TEST_CASE("a handler responds at once, or gets a responder to call later") {
  std::string given;
  const Responder answer = [&](const Response& response) { given = response.body; };
  const Handler at_once([](const Request& request) { return text_response("at once " + request.path); });
  at_once(Request{.path = "/a"}, answer);
  CHECK(given == "at once /a");
  const Handler later(
      [](const Request& request, const Responder& call) { call(text_response("later " + request.path)); });
  later(Request{.path = "/b"}, answer);
  CHECK(given == "later /b");
  CHECK(static_cast<bool>(later));
  CHECK_FALSE(static_cast<bool>(Handler()));
}
