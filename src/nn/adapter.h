// Adapters of linears: a few new parameters that are trained in place of the linear's weight.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "nn/dropout.h"
#include "tensor/linear.h"

namespace hone::nn {

class Linear;

// Its parameters become the linear's own, under PEFT's names.
class Adapter : public torch::nn::Module {
 public:
  // Returns the adapted linear of x: [*, in] -> [*, out], of x's type. `product` is x W^T without the linear's bias;
  // `bias` is added if it is defined.
  virtual at::Tensor adapted(const at::Tensor& x, const at::Tensor& product, const Linear& linear,
                             const at::Tensor& bias) const = 0;
  // Returns the weight of a linear without an adapter that computes the same.
  virtual at::Tensor merged(const at::Tensor& weight) const = 0;
};

// What PEFT's LoraConfig says of one linear.
struct LowRankShape {
  int64_t rank = 0;
  double scale = 1;
  bool has_magnitude = false;  // DoRA
};

// LoRA (Hu et al., arXiv 2106.09685): x W^T + dropout(x) A^T B^T scale. DoRA (Liu et al., arXiv 2402.09353) also has a
// magnitude m for each output, which is multiplied by m / |W + B A scale|; no gradient flows through the norm.
// Parameters: lora_A.weight, lora_B.weight, and lora_magnitude_vector.weight.
class LowRankAdapter final : public Adapter {
 public:
  // The parameters are unset. `dropout`: nullopt for none.
  LowRankAdapter(const Linear& linear, const LowRankShape& shape, std::optional<Dropout> dropout = {});

  // Draws A bit for bit as PEFT does (kaiming_uniform_ with a = sqrt(5), after the draws of the constructors), and sets
  // B to 0 and the magnitudes to the norms of the weight's rows: the linear computes what it did before.
  void draw(const at::Tensor& weight, at::Generator& generator);

  at::Tensor adapted(const at::Tensor& x, const at::Tensor& product, const Linear& linear,
                     const at::Tensor& bias) const override;
  at::Tensor merged(const at::Tensor& weight) const override;

  at::Tensor a;          // [rank, in]
  at::Tensor b;          // [out, rank]
  at::Tensor magnitude;  // [out]; undefined without

 private:
  at::Tensor change(const at::Tensor& x, const at::Tensor& bias) const;
  at::Tensor norm_of_rows(const at::Tensor& weight) const;  // of W + B A scale; [out]

  LowRankShape shape_;
  std::optional<Dropout> dropout_;
  mutable tensor::CastWeight cast_a_, cast_b_;
  mutable at::Tensor norm_;  // a cache
  mutable int64_t norm_version_ = -1;
};

}  // namespace hone::nn
