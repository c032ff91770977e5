#include "table/permutation.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/sha256.h"

using namespace hone;

TEST_CASE("the permutation equals numpy's for every seed and size of the fixture") {
  const Json fixture = read_json(HONE_SOURCE_DIR "/tests/fixtures/table_permutation.json");
  CHECK(fixture["cases"].size() == 56);
  for (const Json& expected : fixture["cases"]) {
    const uint64_t seed = std::stoull(expected["seed"].get<std::string>());
    const auto order = table::permutation(seed, expected["size"].get<uint64_t>());
    CAPTURE(seed);
    CAPTURE(order.size());
    CHECK(std::vector<uint64_t>(order.begin(), order.begin() + static_cast<long>(expected["first"].size())) ==
          expected["first"].get<std::vector<uint64_t>>());
    const std::string_view bytes(reinterpret_cast<const char*>(order.data()), order.size() * sizeof(uint64_t));
    CHECK(sha256(bytes) == expected["sha256"].get<std::string>());
  }
}
