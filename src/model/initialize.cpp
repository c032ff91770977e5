#include "model/initialize.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_cholesky_ex.h>
#include <ATen/ops/matmul.h>

#include <optional>
#include <vector>

#include "base/error.h"
#include "nn/leaf.h"

namespace hone::model {

namespace {

struct NamedLeaf {
  std::string name;
  nn::Leaf* module;

  void draw(double deviation, at::Generator& generator) const {
    module->draw([](std::string_view) { return true; }, deviation, generator);
  }
};

// Returns the modules that hold parameters, in the order of registration, which is HF's order of construction.
std::vector<NamedLeaf> leaves_of(torch::nn::Module& model) {
  std::vector<NamedLeaf> leaves;
  for (const auto& item : model.named_modules()) {
    if (item.value()->parameters(/*recurse=*/false).empty()) continue;
    auto* leaf = dynamic_cast<nn::Leaf*>(item.value().get());
    if (leaf == nullptr) {
      throw Error(ErrorKind::kInternal, fmt::format("no rule draws the parameters of {}", item.key()));
    }
    leaves.push_back({item.key(), leaf});
  }
  return leaves;
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
  for (const NamedLeaf& leaf : leaves_of(model)) {
    const auto wanted = [&](std::string_view parameter) {
      return missing.contains(fmt::format("{}.{}", leaf.name, parameter));
    };
    leaf.module->draw(wanted, deviation_of(initializer_range), generator);
  }
}

void draw_all(torch::nn::Module& model, std::string_view body, double initializer_range, at::Generator generator) {
  const at::NoGradGuard no_grad;
  const std::string prefix = std::string(body) + ".";
  const std::vector<NamedLeaf> leaves = leaves_of(model);
  for (const bool in_body : {true, false}) {
    std::vector<NamedLeaf> group;
    for (const NamedLeaf& leaf : leaves) {
      if (leaf.name.starts_with(prefix) == in_body) group.push_back(leaf);
    }
    for (const NamedLeaf& leaf : group) leaf.module->draw_construction(generator);
    for (const NamedLeaf& leaf : group) leaf.draw(deviation_of(initializer_range), generator);
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
