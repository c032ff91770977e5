#include "serve/failure.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <new>

#include "captured_log.h"
#include "expect_error.h"

using namespace hone;

namespace {

http::Response answer_to(const std::function<void()>& fail) {
  try {
    fail();
  } catch (...) {
    return serve::response_of_current_error();
  }
  FAIL("nothing was thrown");
  return {};
}

}  // namespace

TEST_CASE("what libtorch says of itself is for the log, not for clients") {
  http::Response response;
  const std::string log =
      captured_log([&] { response = answer_to([] { at::zeros({2, 3}).matmul(at::zeros({2, 3})); }); });
  CHECK(response.status == 500);
  CHECK(response.body ==
        R"({"error":"internal error","field":null,"hint":"the server's log says more","error_type":"backend"})");
  CHECK(contains(log, "error: a request failed: "));
  CHECK(contains(log, "2x3"));  // libtorch's own words
}

TEST_CASE("neither is what the language's library throws, or what is no exception") {
  const std::string log = captured_log([] {
    CHECK(contains(answer_to([] { throw std::bad_alloc(); }).body, "\"error\":\"internal error\""));
    CHECK(answer_to([] { throw 7; }).status == 500);
  });
  CHECK(contains(log, "bad_alloc"));
  CHECK(contains(log, "nothing is known of it"));
}

TEST_CASE("hone's own errors are told, with their field, and logged only where they are the server's") {
  const std::string log = captured_log([] {
    const http::Response wrong = answer_to([] { throw http::RequestError({.message = "no", .field = "inputs"}); });
    CHECK(wrong.status == 400);
    CHECK(contains(wrong.body, "\"field\":\"inputs\""));
    CHECK(answer_to([] { throw Error(ErrorKind::kIo, "the disk is full"); }).status == 500);
  });
  CHECK(log.find("no\n") == std::string::npos);
  CHECK(contains(log, "the disk is full"));
}
