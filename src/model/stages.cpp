// Walks the graph that autograd records, from the result of each stage back to the result of the stage before it.
#include "model/stages.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>

#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "model/parameters.h"

namespace hone::model {

namespace {

using torch::autograd::Node;

class ParameterSearch {
 public:
  explicit ParameterSearch(const Model& model) {
    for (const NamedParameter& parameter : named_parameters(model)) {
      index_of_.emplace(parameter.tensor.unsafeGetTensorImpl(), index_of_.size());
    }
  }

  // Returns the parameters on which `result` depends other than through the results of earlier stages: a decoder reads
  // its encoder's in each layer.
  std::vector<size_t> behind(std::span<const at::Tensor> earlier, const at::Tensor& result) const {
    std::set<size_t> found;
    std::unordered_set<const Node*> seen{nullptr};
    for (const at::Tensor& input : earlier) seen.insert(input.grad_fn().get());
    std::vector<const Node*> left{result.grad_fn().get()};
    while (!left.empty()) {
      const Node* const node = left.back();
      left.pop_back();
      if (!seen.insert(node).second) continue;
      if (const auto* leaf = dynamic_cast<const torch::autograd::AccumulateGrad*>(node)) {
        const auto index = index_of_.find(leaf->variable.unsafeGetTensorImpl());
        if (index != index_of_.end()) found.insert(index->second);
      }
      for (const auto& edge : node->next_edges()) left.push_back(edge.function.get());
    }
    return {found.begin(), found.end()};
  }

 private:
  std::unordered_map<const void*, size_t> index_of_;
};

// Lets every parameter require a gradient, and restores at its end what each one did.
class AllTrained {
 public:
  explicit AllTrained(const Model& model) {
    for (const NamedParameter& parameter : named_parameters(model)) {
      if (!parameter.tensor.requires_grad()) frozen_.push_back(parameter.tensor.requires_grad_(true));
    }
  }
  ~AllTrained() {
    for (const at::Tensor& parameter : frozen_) parameter.requires_grad_(false);
  }
  AllTrained(const AllTrained&) = delete;
  AllTrained& operator=(const AllTrained&) = delete;

 private:
  std::vector<at::Tensor> frozen_;
};

}  // namespace

Stages find_stages(const Model& model) {
  const AllTrained all_trained(model);
  const c10::InferenceMode records_graph(false);
  const at::AutoGradMode with_gradients(true);
  Inputs one_token;
  one_token.text.ids = at::zeros({1}, at::kLong);
  one_token.text.packing = tensor::Packing::from_lengths({1});
  if (model.reads_decoder_tokens()) one_token.decoder = one_token.text;
  std::vector<at::Tensor> results;
  const Hidden hidden = model.hidden(one_token, {}, {.outputs = &results});
  results.push_back(model.logits(hidden, {}, {}));
  const ParameterSearch search(model);
  Stages stages;
  stages.num_parameters = named_parameters(model).size();
  const std::span<const at::Tensor> all(results);
  for (size_t i = 0; i < all.size(); ++i) stages.parameters.push_back(search.behind(all.first(i), all[i]));
  return stages;
}

}  // namespace hone::model
