// A flat map of vectors: their first two principal components (Pearson 1901; sklearn.decomposition.PCA).
#pragma once

#include <array>
#include <vector>

#include "vectors/matrix_view.h"

namespace hone::vectors {

struct FlatMap {
  std::vector<std::array<float, 2>> points;  // of each row
  std::array<double, 2> variance_shares{};   // of all variance, in [0, 1]
};

// The sign of each component is that of its largest value, as in scikit-learn, so a map does not depend on chance.
// Values that are no finite numbers count as 0.
FlatMap flat_map(const MatrixView& rows);

}  // namespace hone::vectors
