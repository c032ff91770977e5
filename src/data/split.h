// Splits rows into parts such as train, validation and test.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace hone::data {

// Returns the shares that a text such as "80/10/10" names; they sum to 1. Errors (kUsage): no numbers, a number that is
// not positive, fewer than two parts or more than 32.
std::vector<double> parsed_shares(std::string_view text);

// Returns the sizes of the parts: those after the first are rounded up, as scikit-learn's train_test_split rounds its
// test_size; the first gets the rest. Error (kInput): a part would be empty.
std::vector<uint64_t> part_sizes(uint64_t num_rows, const std::vector<double>& shares);

struct SplitPlan {
  uint64_t num_rows = 0;
  std::vector<double> shares;
  std::vector<uint32_t> classes;  // of each row, from 0; empty: not stratified
  std::vector<uint32_t> groups;   // of each row; empty: each row is a group
  uint64_t seed = 42;
};

// Returns the rows of each part in random order. Without groups, the parts have part_sizes(), and each class is shared
// as scikit-learn's StratifiedShuffleSplit does, applied once for each part from the last; of equal remainders the
// first class gets the row. With groups, whole groups are placed, the largest first, where rows of their classes are
// missing most. Errors (kInput): a class with fewer rows than there are parts; more parts than groups.
std::vector<std::vector<uint64_t>> split_rows(const SplitPlan& plan);

}  // namespace hone::data
