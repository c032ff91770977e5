#include "data/key_counts.h"

#include <doctest/doctest.h>

namespace key_counts_test {

using namespace hone::data;

TEST_CASE("a key that occurs often enough is never missed, and most others are recognised as rarer") {
  constexpr uint64_t kKeys = 10'000;
  KeyCounts counts(8 * kKeys);
  for (uint64_t key = 0; key < kKeys; ++key) {
    for (uint64_t i = 0; i <= key % 4; ++i) counts.add(key * key);
  }
  uint64_t num_mistaken = 0;
  for (uint64_t key = 0; key < kKeys; ++key) {
    CHECK(counts.may_occur(key * key, key % 4 + 1));
    num_mistaken += counts.may_occur(key * key, key % 4 + 2);
  }
  CHECK(num_mistaken < kKeys / 5);
}

TEST_CASE("counts do not overflow") {
  KeyCounts counts(0);
  for (int i = 0; i < 1000; ++i) counts.add(7);
  CHECK(counts.may_occur(7, 255));
  CHECK(counts.may_occur(7, 1000));
  counts.reset(100);
  CHECK_FALSE(counts.may_occur(7, 1));
}

TEST_CASE("a key that was seen is never missed, and most others are recognised as new") {
  SeenKeys keys;
  const auto key_of = [](uint64_t i) { return (i + 1) * 0x9E3779B97F4A7C15U; };
  for (const uint64_t num_keys : {10'000U, 1U, 3'000U, 0U}) {
    keys.reset(num_keys);
    uint64_t num_mistaken = 0;
    for (uint64_t i = 0; i < num_keys; ++i) num_mistaken += keys.add(key_of(i));
    for (uint64_t i = 0; i < num_keys; ++i) {
      CHECK(keys.add(key_of(i)));
      CHECK(keys.may_have(key_of(i)));
      num_mistaken += keys.may_have(key_of(num_keys + i));
    }
    CHECK(num_mistaken <= num_keys / 8);
  }
}

}  // namespace key_counts_test
