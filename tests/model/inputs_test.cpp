#include "model/inputs.h"

#include <doctest/doctest.h>

namespace inputs_test {

using namespace hone;

TEST_CASE("stages that are not listed are not frozen") {
  const model::FrozenStages none, two{{true, false, true}};
  CHECK_FALSE(none.has(0));
  CHECK(two.has(0));
  CHECK_FALSE(two.has(1));
  CHECK(two.has(2));
  CHECK_FALSE(two.has(3));
}

}  // namespace inputs_test
