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

TEST_CASE("packed tokens lie one sequence after another, and an empty one has its place") {
  const std::vector<int32_t> first{7, 8}, none, last{9};
  const std::vector<std::span<const int32_t>> sequences{first, none, last};
  const model::Tokens tokens = model::packed_tokens(sequences);
  CHECK(tokens.packing.offsets == std::vector<int64_t>{0, 2, 2, 3});
  REQUIRE(tokens.ids.sizes() == at::IntArrayRef{3});
  const int64_t* ids = tokens.ids.const_data_ptr<int64_t>();
  CHECK(std::vector<int64_t>(ids, ids + 3) == std::vector<int64_t>{7, 8, 9});
}

}  // namespace inputs_test
