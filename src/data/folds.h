// Divides rows into folds for predictions of models that did not see the rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hone::data {

// Returns the fold of each row, from 0. Folds hold as many rows of each class as those of scikit-learn's
// StratifiedKFold: the rows, sorted by class, are dealt to the folds in turn. Within a class their order is
// table::permutation(seed). Error (kUsage): fewer rows than folds.
std::vector<uint32_t> stratified_folds(std::span<const int64_t> labels, uint32_t num_folds, uint64_t seed);

}  // namespace hone::data
