#include "search/random_state.h"

#include <algorithm>

namespace hone::search {

std::vector<size_t> RandomState::choice(const std::vector<double>& probabilities, size_t count) {
  std::vector<double> sums;
  double sum = 0;
  for (const double probability : probabilities) sums.push_back(sum += probability);
  for (double& value : sums) value /= sum;
  std::vector<size_t> indices(count);
  for (size_t& index : indices) {
    const auto place = std::upper_bound(sums.begin(), sums.end(), uniform());
    index = std::min(static_cast<size_t>(place - sums.begin()), sums.size() - 1);
  }
  return indices;
}

}  // namespace hone::search
