// A model without its head. A family says how its layers begin and end and what each of them computes; the
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
  int64_t width = 0;  // C, the number of values for each token
  int64_t num_layers = 0;
  int64_t vocab_size = 0;       // rows of the word embedding
  int64_t num_token_types = 0;  // 0: the body ignores token types
  int64_t max_length = 0;       // maximum number of tokens in a sequence
};

class Body : public torch::nn::Module {
 public:
  explicit Body(const BodyTraits& traits) : traits_(traits) {}

  const BodyTraits& traits() const { return traits_; }
  void set_vocab_size(int64_t num_rows) { traits_.vocab_size = num_rows; }  // after the embedding was resized

  // Calls begin, every layer and end. If context.recomputes_layers, drops the intermediate results of each layer and
  // computes them again in backward, which saves memory. `inputs` are checked and on the device.
  Hidden forward(const Inputs& inputs, const nn::ForwardContext& context, const LayerSelection& selection = {}) const;

  // Returns the stream after the first `num_layers` layers, without dropout and gradients. While these layers are
  // frozen, it depends only on the inputs, so the caller may keep it and pass it to forward() again.
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
