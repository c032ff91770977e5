// The option --class-weights: how much each class or label counts in the loss.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hone::task {

// The weights that make up for different numbers of rows.
struct BalancedWeights {
  std::vector<double> weights;  // by id; 1 for classes without rows
  // Of classes the rows of the largest for each row of the smallest that has rows; of labels the highest ratio of rows
  // with and without a label, in either direction.
  double imbalance = 1;
};

// Returns rows / (classes with rows * rows of the class), as scikit-learn's compute_class_weight("balanced").
BalancedWeights balanced_classes(std::span<const uint64_t> counts);
// Returns rows without the label / rows with it, the pos_weight that torch's BCEWithLogitsLoss recommends.
BalancedWeights balanced_labels(std::span<const uint64_t> counts, uint64_t num_rows);

// With "auto" the weights are balanced if the imbalance is at least this.
inline constexpr double kAutoImbalance = 3;

// Returns the weight of each of `names`, or nothing if all count the same. `option`: empty, "auto", "balanced", or
// items NAME=W; names that it lacks have the weight 1. Errors (kUsage): another form, an unknown name, a weight that is
// not a finite number above 0.
std::vector<double> class_weights(const std::vector<std::string>& option, const std::vector<std::string>& names,
                                  const BalancedWeights& balanced);

// The same, with a note that names the weights.
std::vector<double> noted_class_weights(const std::vector<std::string>& option, const std::vector<std::string>& names,
                                        const BalancedWeights& balanced);

}  // namespace hone::task
