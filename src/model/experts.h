// A feed-forward block of experts, of which each token takes a few. Fedus et al., "Switch Transformers", arXiv
// 2101.03961; names, routing and loss as in transformers' Qwen3-MoE. E experts, K of them for a token, C width, F width
// of an expert.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/gated_feed_forward.h"
#include "model/inputs.h"
#include "nn/leaf.h"
#include "nn/linear.h"

namespace hone::model {

struct ExpertsShape {
  int64_t width = 0, inner_width = 0;      // C, F
  int64_t num_experts = 0, num_taken = 0;  // E, K
  std::string activation;
  bool normalises = false;  // the weights of a token's experts add up to 1
};

// Registers "experts.0.gate_proj" and so on, the names of checkpoints, and "gate", the router. transformers computes
// with one matrix for all experts of a layer, so new weights are drawn as parts of it.
class ExpertFeedForward : public torch::nn::Module {
 public:
  explicit ExpertFeedForward(const ExpertsShape& shape);

  // [T, C] -> [T, C]. Adds to `balance` unless it is null.
  at::Tensor forward(const at::Tensor& x, BalanceSums* balance) const;

 private:
  struct Routes {
    at::Tensor weights;           // [T * K], of x's type
    at::Tensor tokens;            // [T * K] int64 on the CPU: whose row an expert reads, sorted by expert
    at::Tensor places;            // [T * K] int64 on the CPU: of their weights
    std::vector<int64_t> counts;  // [E]: tokens of each expert
  };
  Routes routes_of(const at::Tensor& x, BalanceSums* balance) const;

  ExpertsShape shape_;
  std::vector<std::shared_ptr<GatedFeedForward>> experts_;
  std::shared_ptr<nn::Linear> gate_;
};

// Returns E * sum over experts of (share of the tokens that take it) * (mean probability), scalar: the load-balancing
// loss. It is K if all experts are taken equally often.
at::Tensor balance_loss(const BalanceSums& sums);

}  // namespace hone::model
