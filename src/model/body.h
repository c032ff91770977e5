// A model without its head. A family says how its layers begin and end and what each of them computes; the
// loop over the layers is here, once for all families.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/inputs.h"
#include "nn/forward_context.h"
#include "tensor/packing.h"

namespace hone::model {

// A tensor that checkpoints may hold beside or instead of a parameter, which has the same values.
struct Tie {
  std::string name, parameter;
};

struct BodyTraits {
  int64_t width = 0;  // C, the number of values for each token
  int64_t num_layers = 0;
  int64_t vocab_size = 0;       // rows of the word embedding
  int64_t num_token_types = 0;  // 0: the body ignores token types
  int64_t max_length = 0;       // maximum number of tokens in a sequence
  // The longest sequence of a batch changes what the layers compute for the others (scaled rotary positions).
  bool depends_on_batch = false;
  // Heads of the keys and values of each layer, which generation keeps; 0: the body cannot continue sequences.
  int64_t num_kv_heads = 0, kv_head_width = 0;
  // The most tokens of a sequence that is computed step by step; unset: max_length.
  std::optional<int64_t> max_cached_length = {};
  // Of a body whose first layers are an encoder, and the others a decoder that reads what it makes of the texts.
  std::optional<int64_t> num_encoder_layers = {};
};

class Body : public torch::nn::Module {
 public:
  explicit Body(const BodyTraits& traits) : traits_(traits) {}

  const BodyTraits& traits() const { return traits_; }
  void set_vocab_size(int64_t num_rows) { traits_.vocab_size = num_rows; }  // after the embedding was resized

  void set_frozen(FrozenStages frozen) { frozen_ = std::move(frozen); }
  // Returns the number of frozen layers that follow frozen embeddings without a gap; nullopt if the embeddings are not
  // frozen, if frozen stages do not compute as in evaluation, or if they depend on the batch.
  std::optional<int64_t> num_frozen_layers() const;

  // Calls begin, every layer and end; the frozen layers at the front by prefix(). If selection.first_tokens_only, the
  // last layer computes only these tokens, and the output's packing is that of sequences of one token. If
  // context.recomputes_layers, drops the intermediate results of each layer and computes them again in backward, which
  // saves memory. `inputs` are checked and on the device.
  Hidden forward(const Inputs& inputs, const nn::ForwardContext& context, const LayerSelection& selection = {}) const;

  // Returns what the encoder makes of each text, as Stream::memory, without dropout and gradients.
  Stream encoded(const Inputs& inputs, const nn::ForwardContext& context) const;
  // Returns keys and values [M, 2 * kv_width] that the decoder's layer `index`, counted from its first one, reads of
  // the memory [M, C].
  virtual at::Tensor source_keys(int64_t index, const at::Tensor& memory) const;
  // The names under which checkpoints may hold the body's tables once more.
  virtual std::vector<Tie> ties() const { return {}; }

  // Returns the stream after the first `num_layers` layers, without dropout and gradients. On the CPU the bits of a
  // sequence do not depend on the other sequences of the batch. So while these layers are frozen, the caller may keep
  // it and pass it to forward(), in any batch. With `first_tokens_only` the stream has one token for each sequence;
  // no layer can follow.
  Stream prefix(const Inputs& inputs, nn::ForwardContext context, int64_t num_layers,
                bool first_tokens_only = false) const;

 protected:
  virtual Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const = 0;
  // The output of layer `index` for `stream`: [T, C], or [B, C] if stream.packing.returns_first_tokens.
  virtual at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const = 0;
  virtual Hidden end(Stream&& stream, const nn::ForwardContext& context) const = 0;
  // With an encoder: its output for the stream of its last layer, and what its decoder's first layer reads.
  virtual at::Tensor end_encoder(const Stream& stream, const nn::ForwardContext& context) const;
  virtual at::Tensor begin_decoder(const Inputs& inputs, const nn::ForwardContext& context) const;

 private:
  nn::ForwardContext context_of(int64_t stage, nn::ForwardContext context) const;
  // begin() and layer() in a ForwardScope.
  Stream scoped_begin(const Inputs& inputs, const nn::ForwardContext& context) const;
  at::Tensor scoped_layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const;
  // Makes a stream of the encoder's that of the decoder.
  void enter_decoder(Stream& stream, const Inputs& inputs, const nn::ForwardContext& context) const;
  at::Tensor layer_or_recomputed(int64_t index, const Stream& stream, const nn::ForwardContext& context) const;

  BodyTraits traits_;
  FrozenStages frozen_;
};

}  // namespace hone::model
