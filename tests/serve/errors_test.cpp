#include "serve/errors.h"

#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <new>

#include "captured_log.h"
#include "expect_error.h"

namespace errors_test {

using namespace hone;

http::Response answer_to(const std::function<void()>& fail) {
  try {
    fail();
  } catch (...) {
    return serve::response_of_current_error();
  }
  FAIL("nothing was thrown");
  return {};
}

TEST_CASE("libtorch's own messages go to the log, not to clients") {
  http::Response response;
  const std::string log =
      captured_log([&] { response = answer_to([] { at::zeros({2, 3}).matmul(at::zeros({2, 3})); }); });
  CHECK(response.status == 500);
  CHECK(response.body ==
        R"({"error":"internal error","field":null,"hint":"the server's log says more","error_type":"backend"})");
  CHECK(contains(log, "error: a request failed: "));
  CHECK(contains(log, "2x3"));  // libtorch's own words
}

TEST_CASE("exceptions of the standard library and of other types also go to the log") {
  const std::string log = captured_log([] {
    CHECK(contains(answer_to([] { throw std::bad_alloc(); }).body, "\"error\":\"internal error\""));
    CHECK(answer_to([] { throw 7; }).status == 500);
  });
  CHECK(contains(log, "bad_alloc"));
  CHECK(contains(log, "an exception of unknown type"));
}

TEST_CASE("hone's own errors go to clients with their field; only internal errors are logged") {
  const std::string log = captured_log([] {
    const http::Response wrong = answer_to([] { throw http::RequestError({.message = "no", .field = "inputs"}); });
    CHECK(wrong.status == 400);
    CHECK(contains(wrong.body, "\"field\":\"inputs\""));
    CHECK(answer_to([] { throw Error(ErrorKind::kIo, "the disk is full"); }).status == 500);
  });
  CHECK(log.find("no\n") == std::string::npos);
  CHECK(contains(log, "the disk is full"));
}

}  // namespace errors_test
