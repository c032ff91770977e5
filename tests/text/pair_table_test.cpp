#include "text/pair_table.h"

#include <doctest/doctest.h>

#include <map>

namespace hone::text::pair_table_test {

TEST_CASE("each pair has an index of its own, which stays when the table grows") {
  PairTable table;
  std::map<uint64_t, size_t> expected;
  for (uint32_t i = 0; i < 20'000; ++i) {
    const uint64_t key = PairTable::key_of(i * 7919 % 301, i % 97);
    const size_t index = table.find(key);
    const auto known = expected.try_emplace(key, index).first;
    CHECK(known->second == index);
    table[index].count += 1;
  }
  CHECK(table.size() == expected.size());
  int64_t total = 0;
  for (const auto& [key, index] : expected) {
    CHECK(table[index].key == key);
    total += table[index].count;
  }
  CHECK(total == 20'000);
}

TEST_CASE("the left token is the higher part of a key") {
  CHECK(PairTable::key_of(1, 0) > PairTable::key_of(0, UINT32_MAX));
  CHECK(PairTable::key_of(3, 4) != PairTable::key_of(4, 3));
}

}  // namespace hone::text::pair_table_test
