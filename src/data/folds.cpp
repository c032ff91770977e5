#include "data/folds.h"

#include <algorithm>

#include "base/counted.h"
#include "base/error.h"
#include "table/permutation.h"

namespace hone::data {

std::vector<uint32_t> stratified_folds(std::span<const int64_t> labels, uint32_t num_folds, uint64_t seed) {
  if (labels.size() < num_folds) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--folds is {}, but only {} a text and a label", num_folds,
                            counted(labels.size(), "row") + (labels.size() == 1 ? " has" : " have")),
                "give fewer folds");
  }
  std::vector<uint64_t> order = table::permutation(seed, labels.size());
  std::ranges::stable_sort(order, {}, [&](uint64_t row) { return labels[row]; });
  std::vector<uint32_t> folds(labels.size());
  for (size_t i = 0; i < order.size(); ++i) folds[order[i]] = static_cast<uint32_t>(i % num_folds);
  return folds;
}

}  // namespace hone::data
