// The body of a model with an encoder and a decoder, which share a table of words: the layers of the encoder, then
// those of the decoder, which reads the encoder's output in each layer. Vaswani et al., "Attention Is All You Need",
// arXiv 1706.03762. T tokens of the decoder, M tokens of the texts, C width, H heads, D head width.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "model/body.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/joined_linear.h"

namespace hone::model {

// The encoder or the decoder.
class Stack : public torch::nn::Module {
 public:
  virtual at::Tensor begin(const Tokens& tokens, const nn::Embedding& words,
                           const nn::ForwardContext& context) const = 0;  // [T, C]
  virtual at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const = 0;
  virtual at::Tensor end(const at::Tensor& x, const nn::ForwardContext& context) const = 0;
  // Of a decoder: Body::source_keys.
  virtual at::Tensor source_keys(int64_t index, const at::Tensor& memory) const = 0;
};

// Draws what HF draws for a table that it replaces by another module's, or computes.
class DiscardedTable final : public nn::Leaf {
 public:
  DiscardedTable(int64_t num_rows, int64_t width) : num_rows_(num_rows), width_(width) {}

  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override;
  void draw_construction(at::Generator& generator) override;

 private:
  int64_t num_rows_, width_;
};

struct MemoryAttentionRule {
  int64_t num_heads = 1, head_width = 1;
  double scale = 0;    // of the scores; 0: 1 / sqrt(D)
  double dropout = 0;  // of the softmax
};

// A decoder's attention to the encoder's output, in the decoder's layer `layer`.
class MemoryAttention {
 public:
  MemoryAttention(int64_t layer, const MemoryAttentionRule& rule, nn::DropoutSites& sites);

  // q [T, H * D] -> [T, H * D]. `key_value` makes [M, 2 H * D] of the memory.
  at::Tensor forward(const at::Tensor& q, const nn::JoinedLinear& key_value, const Stream& stream,
                     const nn::ForwardContext& context) const;

 private:
  int64_t layer_;
  MemoryAttentionRule rule_;
  nn::Dropout dropout_;
};

// Registers "shared", "encoder" and "decoder".
class EncoderDecoderBody final : public Body {
 public:
  // `traits` has num_encoder_layers if there is a decoder, which may be null.
  EncoderDecoderBody(const BodyTraits& traits, std::shared_ptr<nn::Embedding> words, std::shared_ptr<Stack> encoder,
                     std::shared_ptr<Stack> decoder);

  at::Tensor source_keys(int64_t index, const at::Tensor& memory) const override;
  std::vector<Tie> ties() const override;

 protected:
  Stream begin(const Inputs& inputs, const nn::ForwardContext& context) const override;
  at::Tensor layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const override;
  Hidden end(Stream&& stream, const nn::ForwardContext& context) const override;
  at::Tensor end_encoder(const Stream& stream, const nn::ForwardContext& context) const override;
  at::Tensor begin_decoder(const Inputs& inputs, const nn::ForwardContext& context) const override;

 private:
  std::shared_ptr<nn::Embedding> words_;
  std::shared_ptr<Stack> encoder_, decoder_;
};

}  // namespace hone::model
