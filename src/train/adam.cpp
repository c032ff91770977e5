#include "train/adam.h"

#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <map>

#include "kernel/adam.h"
#include "tensor/row_gradient.h"

namespace hone::train {

namespace {

// A sparse gradient as the kernel reads it: a table that is 0 outside the rows of the step.
class TableGradient {
 public:
  void fill(const at::Tensor& sparse, kernel::AdamArray& array) {
    gradient_ = tensor::row_gradient(sparse);
    if (!table_.defined()) {
      table_ = at::zeros(sparse.sizes(), gradient_.values.options());
      has_gradient_.resize(static_cast<size_t>(kernel::num_adam_blocks(table_.numel())));
    }
    const int64_t width = table_.size(1);
    const float* values = gradient_.values.const_data_ptr<float>();
    for (const int64_t row : gradient_.rows()) {
      std::copy_n(values, width, table_.mutable_data_ptr<float>() + row * width);
      values += width;
      mark(row, 1);
    }
    array.gradient = table_.const_data_ptr<float>();
    array.has_gradient = has_gradient_.data();
  }

  void clear() {
    if (!gradient_.indices.defined()) return;
    const int64_t width = table_.size(1);
    for (const int64_t row : gradient_.rows()) {
      std::fill_n(table_.mutable_data_ptr<float>() + row * width, width, 0.0F);
      mark(row, 0);
    }
    gradient_ = {};
  }

 private:
  void mark(int64_t row, uint8_t flag) {
    const int64_t width = table_.size(1), first = row * width / kernel::kAdamBlock;
    const int64_t last = ((row + 1) * width - 1) / kernel::kAdamBlock;
    for (int64_t block = first; block <= last; ++block) has_gradient_[static_cast<size_t>(block)] = flag;
  }

  at::Tensor table_;
  tensor::RowGradient gradient_;
  std::vector<uint8_t> has_gradient_;
};

class Adam : public Optimizer {
 public:
  Adam(const NamedParameters& parameters, const OptimizerOptions& options) : Optimizer(parameters, options) {
    make_moments({"exp_avg", "exp_avg_sq"});
  }

 protected:
  virtual bool has_decoupled_weight_decay() const { return false; }

 private:
  void step_groups(Gradients& gradients, const StepTerms& terms) override {
    if (!is_on_cpu() || terms.is_skipped) return step_by_library(gradients, terms);
    std::vector<kernel::AdamArray> arrays;
    for (size_t g = 0; g < groups_.size(); ++g) {
      for (size_t i = 0; i < groups_[g].parameters.size(); ++i) arrays.push_back(array_of(g, i, gradients[g][i]));
    }
    update_zero_moments(arrays);
    // One sweep for all adjacent groups with one learning rate.
    size_t begin = 0, end = 0;
    for (size_t g = 0; g < groups_.size(); ++g) {
      end += groups_[g].parameters.size();
      if (g + 1 < groups_.size() && groups_[g + 1].rate_factor == groups_[g].rate_factor) continue;
      kernel::adam_step(std::span(arrays).subspan(begin, end - begin),
                        {terms.learning_rate * groups_[g].rate_factor, options_.beta1, options_.beta2, options_.epsilon,
                         has_decoupled_weight_decay(), terms.gradient_factor});
      begin = end;
    }
    for (auto& [parameter, table] : tables_) table.clear();
  }

  kernel::AdamArray array_of(size_t g, size_t i, const at::Tensor& gradient) {
    const Group& group = groups_[g];
    const at::Tensor& parameter = group.parameters[i];
    kernel::AdamArray array{.parameter = parameter.mutable_data_ptr<float>(),
                            .mean = group.moments[0][i].mutable_data_ptr<float>(),
                            .mean_square = group.moments[1][i].mutable_data_ptr<float>(),
                            .size = parameter.numel(),
                            .weight_decay = group.weight_decay,
                            .steps = group.steps[i].item<double>()};
    if (gradient.is_sparse()) {
      tables_[group.names[i]].fill(gradient, array);
    } else {
      array.gradient = gradient.const_data_ptr<float>();
    }
    return array;
  }

  // Gives the arrays their flags. Finds these by reading the moments if anyone else wrote them since the last step, as
  // when a state is restored: torch counts such writes as versions, and the kernel's steps do not count.
  void update_zero_moments(std::vector<kernel::AdamArray>& arrays) {
    const std::vector<uint32_t> versions = moment_versions();
    const bool are_known = versions == known_versions_;
    zero_moments_.resize(arrays.size());
    for (size_t i = 0; i < arrays.size(); ++i) {
      zero_moments_[i].resize(static_cast<size_t>(kernel::num_adam_blocks(arrays[i].size)));
      arrays[i].has_zero_moments = zero_moments_[i].data();
      if (!are_known) kernel::find_zero_moments(arrays[i]);
    }
    known_versions_ = versions;
  }

  std::vector<uint32_t> moment_versions() const {
    std::vector<uint32_t> versions;
    for (const Group& group : groups_) {
      for (const auto& moment : group.moments) {
        for (const at::Tensor& tensor : moment) versions.push_back(static_cast<uint32_t>(tensor._version()));
      }
    }
    return versions;
  }

  void step_by_library(Gradients& gradients, const StepTerms& terms) {
    make_dense(gradients);
    const auto step = has_decoupled_weight_decay() ? kFusedAdamW : kFusedAdam;
    for (size_t g = 0; g < groups_.size(); ++g) {
      Group& group = groups_[g];
      if (group.parameters.empty()) continue;
      if (terms.gradient_factor != 1) at::_foreach_mul_(gradients[g], terms.gradient_factor);
      step(group.parameters, gradients[g], group.moments[0], group.moments[1], {}, group.steps,
           terms.learning_rate * group.rate_factor, options_.beta1, options_.beta2, group.weight_decay,
           options_.epsilon, /*amsgrad=*/false, /*maximize=*/false, terms.gradient_divisor, terms.is_skipped);
    }
  }

  static constexpr void (*kFusedAdam)(at::TensorList, at::TensorList, at::TensorList, at::TensorList, at::TensorList,
                                      at::TensorList, double, double, double, double, double, bool, bool,
                                      const std::optional<at::Tensor>&,
                                      const std::optional<at::Tensor>&) = &at::_fused_adam_;
  static constexpr decltype(kFusedAdam) kFusedAdamW = &at::_fused_adamw_;

  std::map<std::string, TableGradient> tables_;     // of the parameters that had a sparse gradient
  std::vector<std::vector<uint8_t>> zero_moments_;  // for each array of the kernel
  std::vector<uint32_t> known_versions_;            // those of the moments when zero_moments_ was found
};

class AdamW : public Adam {
 public:
  using Adam::Adam;

 private:
  bool has_decoupled_weight_decay() const override { return true; }
};

}  // namespace

std::unique_ptr<Optimizer> make_adam(const NamedParameters& parameters, const OptimizerOptions& options) {
  return std::make_unique<Adam>(parameters, options);
}

std::unique_ptr<Optimizer> make_adamw(const NamedParameters& parameters, const OptimizerOptions& options) {
  return std::make_unique<AdamW>(parameters, options);
}

}  // namespace hone::train
