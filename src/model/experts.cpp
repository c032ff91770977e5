#include "model/experts.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/bincount.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include <string_view>
#include <tuple>

#include "tensor/compute.h"

namespace hone::model {

namespace {

// A linear whose weights the module around all experts draws.
class PartLinear final : public nn::Linear {
 public:
  using nn::Linear::Linear;
  void draw(const Wanted&, double, at::Generator&) override {}
  void draw_construction(at::Generator&) override {}
};

std::shared_ptr<nn::Linear> make_part(int64_t in_features, int64_t out_features, bool has_bias) {
  return std::make_shared<PartLinear>(in_features, out_features, has_bias);
}

// The module "experts".
class ExpertList final : public nn::Leaf {
 public:
  void append(const std::shared_ptr<GatedFeedForward>& expert) {
    experts_.push_back(register_module(std::to_string(experts_.size()), expert));
  }

  // Draws [E, 2 F, C] and [E, C, F] at once.
  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override {
    if (experts_.empty() || !wanted("0.gate_proj.weight")) return;
    const auto count = static_cast<int64_t>(experts_.size());
    const at::Tensor& first = experts_.front()->gate_weight();
    const int64_t inner = first.size(0), width = first.size(1);
    const at::Tensor in = at::empty({count, 2 * inner, width}).normal_(0.0, deviation, generator);
    const at::Tensor out = at::empty({count, width, inner}).normal_(0.0, deviation, generator);
    for (int64_t e = 0; e < count; ++e) {
      const GatedFeedForward& expert = *experts_[static_cast<size_t>(e)];
      expert.gate_weight().copy_(in[e].narrow(0, 0, inner));
      expert.up_weight().copy_(in[e].narrow(0, inner, inner));
      expert.down_weight().copy_(out[e]);
    }
  }

 private:
  std::vector<std::shared_ptr<GatedFeedForward>> experts_;
};

// The router. Its constructor draws nothing.
class Router final : public nn::Linear {
 public:
  Router(int64_t width, int64_t num_experts) : nn::Linear(width, num_experts, /*has_bias=*/false) {}
  void draw_construction(at::Generator&) override {}
};

}  // namespace

ExpertFeedForward::ExpertFeedForward(const ExpertsShape& shape) : shape_(shape) {
  const auto list = register_module("experts", std::make_shared<ExpertList>());
  const FeedForwardShape of_expert{
      .width = shape.width, .inner_width = shape.inner_width, .activation = shape.activation};
  for (int64_t e = 0; e < shape.num_experts; ++e) {
    experts_.push_back(std::make_shared<GatedFeedForward>(of_expert, make_part));
    list->append(experts_.back());
  }
  gate_ = register_module("gate", std::make_shared<Router>(shape.width, shape.num_experts));
}

ExpertFeedForward::Routes ExpertFeedForward::routes_of(const at::Tensor& x, BalanceSums* balance) const {
  const at::Tensor probabilities = at::softmax(gate_->product(x), -1, at::kFloat);  // [T, E]
  auto [weights, experts] = at::topk(probabilities, shape_.num_taken, -1);
  if (shape_.normalises) weights = weights / weights.sum(-1, /*keepdim=*/true);
  const at::Tensor flat = experts.cpu().flatten();
  const at::Tensor counts = at::bincount(flat, {}, shape_.num_experts);
  if (balance != nullptr) {
    const at::Tensor taken = counts.to(at::kFloat), sums = probabilities.sum(0);
    balance->taken = balance->taken.defined() ? balance->taken + taken : taken;
    balance->probabilities = balance->probabilities.defined() ? balance->probabilities + sums : sums;
    balance->num_rows += x.size(0);
  }
  const at::Tensor places = std::get<1>(flat.sort(/*stable=*/true, 0, /*descending=*/false));
  const int64_t* count = counts.const_data_ptr<int64_t>();
  return {.weights = weights.flatten().to(x.scalar_type()),
          .tokens = places.div(shape_.num_taken, "floor"),
          .places = places,
          .counts = {count, count + shape_.num_experts}};
}

at::Tensor ExpertFeedForward::forward(const at::Tensor& x, BalanceSums* balance) const {
  const Routes routes = routes_of(x, balance);
  const at::Tensor tokens = tensor::on_device(routes.tokens, x.device());
  const at::Tensor rows = x.index_select(0, tokens);  // [T * K, C]
  // An expert without tokens has gradient 0 in transformers, and its optimizer moves it on; so it is computed too.
  const bool has_backward = at::GradMode::is_enabled() && rows.requires_grad();
  std::vector<at::Tensor> results;
  int64_t first = 0;
  for (size_t e = 0; e < experts_.size(); ++e) {
    const int64_t count = routes.counts[e];
    if (count > 0 || has_backward) results.push_back(experts_[e]->forward(rows.narrow(0, first, count)));
    first += count;
  }
  const at::Tensor weights = routes.weights.index_select(0, tensor::on_device(routes.places, x.device()));
  return at::zeros_like(x).index_add(0, tokens, at::cat(results) * weights.unsqueeze(1));
}

at::Tensor balance_loss(const BalanceSums& sums) {
  const auto rows = static_cast<double>(sums.num_rows);
  const at::Tensor taken = tensor::on_device(sums.taken, sums.probabilities.device());
  return (taken / rows * (sums.probabilities / rows)).sum() * static_cast<double>(taken.numel());
}

}  // namespace hone::model
