// Everything of a model but its head. A family says how its layers begin and end and what each of them computes; the
// loop over the layers is here, once for all families.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>

#include "model/inputs.h"
#include "nn/forward_context.h"
#include "tensor/packing.h"

namespace hone::model {

struct BodyTraits {
  int64_t width = 0;  // C, numbers of a token's row
  int64_t num_layers = 0;
  int64_t vocab_size = 0;       // rows of the word embedding
  int64_t num_token_types = 0;  // 0: the body ignores token types
  int64_t max_length = 0;       // the most tokens of one sequence
};

class Body : public torch::nn::Module {
 public:
  explicit Body(const BodyTraits& traits) : traits_(traits) {}

  const BodyTraits& traits() const { return traits_; }
  void set_vocab_size(int64_t num_rows) { traits_.vocab_size = num_rows; }  // after the embedding was resized

  // begin, every layer, end. If context.recomputes_layers, the intermediate results of each layer are dropped and
  // computed again in backward, which saves memory. `inputs` are checked and on the device.
  Hidden forward(const Inputs& inputs, const nn::ForwardContext& context, const LayerSelection& selection = {}) const;

  // The stream after the first layers, without dropout and gradients: while these layers are frozen, it depends on the
  // inputs alone and can be kept.
  Stream prefix(const Inputs& inputs, nn::ForwardContext context, int64_t num_layers) const;

 protected:
  virtual Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const = 0;
  // The output of layer `index` for `stream`, [T, C].
  virtual at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const = 0;
  virtual Hidden end(Stream&& stream, const nn::ForwardContext& context) const = 0;

 private:
  at::Tensor layer_or_recomputed(int64_t index, const Stream& stream, const nn::ForwardContext& context) const;

  BodyTraits traits_;
};

}  // namespace hone::model
