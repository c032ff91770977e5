#include "model/initialize.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_cholesky_ex.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/error.h"
#include "nn/leaf.h"

namespace hone::model {

namespace {

struct NamedDrawn {
  std::string name;  // empty for the whole model
  nn::Drawn* module;

  std::string parameter(std::string_view in_module) const {
    return name.empty() ? std::string(in_module) : fmt::format("{}.{}", name, in_module);
  }
};

// Appends the modules that draw: in the order of registration, which is HF's order of construction, and each module
// behind those inside it.
void append_drawn(torch::nn::Module& module, const std::string& name, std::vector<NamedDrawn>& all) {
  for (const auto& child : module.named_children()) {
    append_drawn(*child.value(), name.empty() ? child.key() : fmt::format("{}.{}", name, child.key()), all);
  }
  auto* drawn = dynamic_cast<nn::Drawn*>(&module);
  if (drawn != nullptr) {
    all.push_back({name, drawn});
  } else if (!module.parameters(/*recurse=*/false).empty()) {
    throw Error(ErrorKind::kInternal, fmt::format("no rule draws the parameters of {}", name));
  }
}

std::vector<NamedDrawn> drawn_modules(torch::nn::Module& model) {
  std::vector<NamedDrawn> all;
  append_drawn(model, "", all);
  return all;
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
  for (const NamedDrawn& drawn : drawn_modules(model)) {
    const auto wanted = [&](std::string_view parameter) { return missing.contains(drawn.parameter(parameter)); };
    drawn.module->draw(wanted, deviation_of(initializer_range), generator);
  }
}

void draw_all(torch::nn::Module& model, std::span<const std::string> whole, double initializer_range,
              at::Generator generator) {
  const at::NoGradGuard no_grad;
  const std::vector<NamedDrawn> all = drawn_modules(model);
  std::vector<bool> is_drawn(all.size());
  const auto draw = [&](size_t i) {
    if (is_drawn[i]) return;
    all[i].module->draw([](std::string_view) { return true; }, deviation_of(initializer_range), generator);
    is_drawn[i] = true;
  };
  const auto is_in = [&](size_t i, const std::string& part) {
    return i < all.size() && (all[i].name == part || all[i].name.starts_with(part + "."));
  };
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].module->draw_construction(generator);
    for (const std::string& part : whole) {
      if (!is_in(i, part) || is_in(i + 1, part)) continue;
      for (size_t j = 0; j <= i; ++j) {
        if (is_in(j, part)) draw(j);
      }
    }
  }
  for (size_t i = 0; i < all.size(); ++i) draw(i);
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
