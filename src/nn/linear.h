// The linear layer of every model: x W^T + b, or what an adapter makes of it. The constructor leaves the weights unset;
// model/load.h loads or draws them.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <memory>

#include "nn/activation.h"
#include "nn/adapter.h"
#include "nn/leaf.h"
#include "tensor/cross_entropy.h"
#include "tensor/linear.h"
#include "tensor/packed_linear.h"

namespace hone::nn {

// The weight of another module, such as an embedding.
struct TiedWeight {
  at::Tensor weight;  // [out, in]
};

class Linear : public Leaf {
 public:
  Linear(int64_t in_features, int64_t out_features, bool has_bias = true);
  // Computes with the weight of another module, which owns and draws it. Only the bias is a parameter of this module.
  Linear(TiedWeight tied, bool has_bias);

  at::Tensor forward(const at::Tensor& x) const;  // [*, in] -> [*, out], of x's type

  // Returns x W^T without the bias, for operations that add it themselves (tensor/norm.h, tensor/activation.h).
  at::Tensor product(const at::Tensor& x) const;

  // Returns activation(x + bias) W^T for an ActivatedInput. Training does not store the activation
  // (tensor/activated_linear.h). May overwrite the input's x.
  at::Tensor product(ActivatedInput&& input) const;
  // The same for (activation(gate) * up) W^T.
  at::Tensor product(GatedInput&& input) const;

  // The same layer for tensor::linear_cross_entropy, with the weight cast to the type of its input.
  tensor::OutputLayer output_layer(at::ScalarType dtype) const;

  // From now on, every product is the adapted one, and the adapter's parameters are this module's. nullptr removes the
  // adapter.
  void set_adapter(std::shared_ptr<Adapter> adapter);
  Adapter* adapter() const { return adapter_.get(); }
  // Gives the weight what the adapter makes of it, and removes the adapter.
  void merge_adapter();
  // Returns x W^T without adapter and bias.
  at::Tensor base_product(const at::Tensor& x) const;

  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override;
  void draw_construction(at::Generator& generator) override;

  at::Tensor weight;  // [out, in]
  at::Tensor bias;    // [out], or undefined

 private:
  bool is_tied_ = false;

  // Whether an operation that computes the activation too can take the place of the product.
  bool fuses(const at::Tensor& x, const Activation& activation) const;
  at::Tensor base(const at::Tensor& x, const at::Tensor& added_bias) const;
  at::Tensor compute(const at::Tensor& x, const at::Tensor& added_bias) const;

  std::shared_ptr<Adapter> adapter_;
  mutable tensor::CastWeight cast_weight_;
  mutable tensor::PackedWeight packed_weight_;
};

}  // namespace hone::nn
