#include "tensor/threads.h"

#include <doctest/doctest.h>

#include "base/machine.h"
#include "expect_error.h"

using namespace hone;

TEST_CASE("the number of threads can be set, and 0 takes one a core") {
  const int before = tensor::num_threads();
  tensor::set_num_threads(2);
  CHECK(tensor::num_threads() == 2);
  tensor::set_num_threads(0);
  CHECK(tensor::num_threads() == this_machine().num_useful_threads());
  tensor::set_num_threads(before);
}

TEST_CASE("a negative number of threads is an error") {
  const Error error = expect_error([] { tensor::set_num_threads(-1); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "-1"));
}
