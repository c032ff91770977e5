#include "model/initialize.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_cholesky_ex.h>
#include <ATen/ops/matmul.h>

#include <optional>
#include <vector>

#include "base/error.h"
#include "nn/embedding.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace hone::model {

namespace {

struct Leaf {
  std::string name;
  torch::nn::Module* module;
};

// Returns the modules that hold parameters, in the order of registration, which is HF's order of construction.
std::vector<Leaf> leaves_of(torch::nn::Module& model) {
  std::vector<Leaf> leaves;
  for (const auto& item : model.named_modules()) {
    if (!item.value()->parameters(/*recurse=*/false).empty()) leaves.push_back({item.key(), item.value().get()});
  }
  return leaves;
}

using Wanted = std::function<bool(const std::string&)>;

void draw_normal(const at::Tensor& weight, double deviation, at::Generator& generator) {
  weight.normal_(0.0, deviation, generator);
}

void draw_linear(nn::Linear& linear, const std::string& name, const Wanted& wanted, double deviation,
                 at::Generator& generator) {
  if (wanted(name + ".weight")) draw_normal(linear.weight, deviation, generator);
  if (wanted(name + ".bias")) linear.bias.zero_();
}

void draw_embedding(nn::Embedding& embedding, const std::string& name, const Wanted& wanted, double deviation,
                    at::Generator& generator) {
  if (!wanted(name + ".weight")) return;
  draw_normal(embedding.weight, deviation, generator);
  if (embedding.padding_id()) embedding.weight.select(0, *embedding.padding_id()).zero_();
}

void draw_leaf(const Leaf& leaf, const Wanted& wanted, double deviation, at::Generator& generator) {
  if (auto* linear = dynamic_cast<nn::Linear*>(leaf.module)) {
    draw_linear(*linear, leaf.name, wanted, deviation, generator);
  } else if (auto* embedding = dynamic_cast<nn::Embedding*>(leaf.module)) {
    draw_embedding(*embedding, leaf.name, wanted, deviation, generator);
  } else if (auto* norm = dynamic_cast<nn::LayerNorm*>(leaf.module)) {
    if (wanted(leaf.name + ".weight")) norm->weight.fill_(1.0);
    if (wanted(leaf.name + ".bias")) norm->bias.zero_();
  } else {
    throw Error(ErrorKind::kInternal, fmt::format("no rule draws the parameters of {}", leaf.name));
  }
}

// Draws what torch's constructors draw: kaiming_uniform and uniform for a linear layer, normal for an embedding. Later
// draws overwrite the values, so only their number and distribution matter.
void draw_construction(const Leaf& leaf, at::Generator& generator) {
  if (auto* linear = dynamic_cast<nn::Linear*>(leaf.module)) {
    linear->weight.uniform_(-1.0, 1.0, generator);
    linear->bias.uniform_(-1.0, 1.0, generator);
  } else if (auto* embedding = dynamic_cast<nn::Embedding*>(leaf.module)) {
    embedding->weight.normal_(0.0, 1.0, generator);
  }
}

// HF reads an initializer_range of 0 as unset.
double deviation_of(double initializer_range) { return initializer_range == 0 ? 0.02 : initializer_range; }

// Returns the Cholesky factor of a covariance, or nullopt if the covariance is not positive definite.
std::optional<at::Tensor> cholesky_factor(const at::Tensor& covariance) {
  const auto [factor, info] = at::linalg_cholesky_ex(covariance);
  return info.item<int>() == 0 ? std::optional(factor) : std::nullopt;
}

}  // namespace

at::Generator seeded_generator(uint64_t seed) { return at::make_generator<at::CPUGeneratorImpl>(seed); }

void draw_missing(torch::nn::Module& model, const std::set<std::string>& missing, double initializer_range,
                  at::Generator generator) {
  const at::NoGradGuard no_grad;
  const Wanted wanted = [&](const std::string& name) { return missing.contains(name); };
  for (const Leaf& leaf : leaves_of(model)) draw_leaf(leaf, wanted, deviation_of(initializer_range), generator);
}

void draw_all(torch::nn::Module& model, std::string_view body, double initializer_range, at::Generator generator) {
  const at::NoGradGuard no_grad;
  const std::string prefix = std::string(body) + ".";
  const std::vector<Leaf> leaves = leaves_of(model);
  for (const bool in_body : {true, false}) {
    std::vector<Leaf> group;
    for (const Leaf& leaf : leaves) {
      if (leaf.name.starts_with(prefix) == in_body) group.push_back(leaf);
    }
    for (const Leaf& leaf : group) draw_construction(leaf, generator);
    const Wanted every = [](const std::string&) { return true; };
    for (const Leaf& leaf : group) draw_leaf(leaf, every, deviation_of(initializer_range), generator);
  }
}

void add_embedding_rows(nn::Embedding& embedding, int64_t num_rows, at::Generator generator) {
  const at::NoGradGuard no_grad;
  const at::Tensor old = embedding.weight.detach();
  const int64_t added = num_rows - old.size(0);
  check_internal(added >= 0, "a table only grows");
  if (added == 0) return;
  // The constructor of HF's larger table draws every row; those draws are discarded.
  const at::Tensor table = at::empty({num_rows, old.size(1)}, old.options()).normal_(0.0, 1.0, generator);
  table.narrow(0, 0, old.size(0)).copy_(old);
  const at::Tensor mean = old.mean(0);
  const at::Tensor centered = old - mean;
  const auto factor = cholesky_factor(1e-9 * (at::matmul(centered.t(), centered) / old.size(0)));
  const at::Tensor rows = table.narrow(0, old.size(0), added);
  rows.copy_(mean.expand_as(rows));
  if (factor) {
    const at::Tensor draws = at::empty(rows.sizes(), old.options()).normal_(0.0, 1.0, generator);
    rows.add_(at::matmul(*factor, draws.unsqueeze(-1)).squeeze(-1));
  }
  embedding.weight.set_data(table);
}

}  // namespace hone::model
