#include "text/merge_table.h"

#include <doctest/doctest.h>

namespace hone::text::merge_table_test {

TEST_CASE("a pair has the merge that was set last, and other pairs have none") {
  MergeTable table(3);
  table.set(0, 1, {7, 2});
  table.set(1, 0, {8, 3});
  table.set(0, 1, {9, 4});
  CHECK(table.find(0, 1).rank == 9);
  CHECK(table.find(0, 1).id == 4);
  CHECK(table.find(1, 0).id == 3);
  CHECK(table.find(1, 1).rank == Merge::kNever);
  CHECK(table.find(-1, -1).rank == Merge::kNever);
  CHECK(MergeTable(0).find(0, 0).rank == Merge::kNever);
}

TEST_CASE("many pairs are all found, and their neighbours are not") {
  constexpr int32_t kCount = 300;
  MergeTable table(static_cast<size_t>(kCount) * kCount);
  for (int32_t left = 0; left < kCount; ++left) {
    for (int32_t right = 0; right < kCount; ++right) {
      table.set(left, right, {static_cast<uint32_t>(left * kCount + right), right});
    }
  }
  int num_wrong = 0;
  for (int32_t left = 0; left < kCount; ++left) {
    for (int32_t right = 0; right < kCount; ++right) {
      num_wrong += table.find(left, right).rank != static_cast<uint32_t>(left * kCount + right);
    }
    num_wrong += table.find(left, kCount).rank != Merge::kNever;
  }
  CHECK(num_wrong == 0);
}

}  // namespace hone::text::merge_table_test
