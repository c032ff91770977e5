// The average of the weights of several models, tensor by tensor from their files: Wortsman et al., "Model soups",
// arXiv 2203.05482.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "model/weights.h"
#include "tensor/safetensors.h"

namespace hone::model {

// The models of an average. Their files stay mapped, so they take no memory that the system cannot free.
class AverageInputs {
 public:
  // Opens at least two folders of whole models. Errors: kIo; kInput, with the names of what differs, unless the models
  // have the same config.json (apart from the number format and the version of transformers), the same tokens, and the
  // same tensors with equal shapes; kUnsupported for an adapter.
  explicit AverageInputs(std::vector<std::filesystem::path> folders);

  size_t size() const { return folders_.size(); }
  const std::vector<std::filesystem::path>& folders() const { return folders_; }

  // Returns the sum of weight * tensor over the models, divided by the sum of the weights. `weights` has one for each
  // model; models with weight 0 are not read. Sums are taken in double, in the order of the models, and rounded once to
  // the type of the first model's tensor. Tensors of integers must be equal in all models, and all others finite
  // (kInput).
  tensor::NamedTensors average(std::span<const double> weights) const;

 private:
  void check_tensors() const;
  // The error for an average of this tensor that is not finite.
  Error not_finite(size_t place, std::span<const double> weights) const;

  std::vector<std::filesystem::path> folders_;
  std::vector<WeightFiles> files_;
  std::vector<std::vector<const tensor::StoredTensor*>> tensors_;  // [models][tensors], in the order of the first model
};

}  // namespace hone::model
