#include "model/parameters.h"

#include <torch/csrc/api/include/torch/nn/module.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace hone::model {

bool decays(const std::string& name) {
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view part : {"bias", "layernorm", "rmsnorm"}) {
    if (lower.find(part) != std::string::npos) return false;
  }
  std::string_view rest = lower;
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('.'));
    if (part == "norm" || part.ends_with("_norm")) return false;
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  return true;
}

std::vector<NamedParameter> named_parameters(const Model& model) {
  std::set<const void*> matrices, of_layer_norms;
  for (const auto& module : model.module().modules(/*include_self=*/false)) {
    const auto* const linear = dynamic_cast<const nn::Linear*>(module.get());
    if (linear != nullptr) matrices.insert(linear->weight.unsafeGetTensorImpl());
    if (const auto* const norm = dynamic_cast<const nn::LayerNorm*>(module.get())) {
      of_layer_norms.insert(norm->weight.unsafeGetTensorImpl());
    }
  }
  if (model.has_head()) matrices.erase(model.output_weight().unsafeGetTensorImpl());
  std::vector<NamedParameter> parameters;
  for (const auto& item : model.module().named_parameters()) {
    parameters.push_back({.name = item.key(),
                          .tensor = item.value(),
                          .decays = decays(item.key()) && !of_layer_norms.contains(item.value().unsafeGetTensorImpl()),
                          .is_hidden_matrix = matrices.contains(item.value().unsafeGetTensorImpl())});
  }
  return parameters;
}

int64_t num_parameters(const Model& model) {
  int64_t count = 0;
  for (const at::Tensor& parameter : model.module().parameters()) count += parameter.numel();
  return count;
}

}  // namespace hone::model
