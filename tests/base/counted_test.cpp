#include "base/counted.h"

#include <doctest/doctest.h>

using namespace hone;

TEST_CASE("a count of 1 is singular, all others are plural") {
  CHECK(counted(0, "step") == "0 steps");
  CHECK(counted(1, "step") == "1 step");
  CHECK(counted(2, "step") == "2 steps");
  CHECK(counted(18446744073709551615u, "row") == "18446744073709551615 rows");
}

TEST_CASE("plurals follow the end of the noun") {
  CHECK(plural_of("batch") == "batches");
  CHECK(plural_of("micro-batch") == "micro-batches");
  CHECK(plural_of("class") == "classes");
  CHECK(plural_of("index") == "indexes");
  CHECK(plural_of("epoch") == "epochs");
  CHECK(plural_of("entry") == "entries");
  CHECK(plural_of("key") == "keys");
  CHECK(plural_of("unknown token") == "unknown tokens");
}
