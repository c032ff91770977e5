// Attention of one layer to its own tokens, for every decoder and for encoders beside one: the only place where queries
// meet keys. A family computes q, k and
// v before it, and the product with the output's weight behind it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "model/inputs.h"
#include "nn/dropout.h"
#include "nn/forward_context.h"
#include "nn/rotary.h"
#include "tensor/attention.h"

namespace hone::model {

// H query heads read G key and value heads; a head is D wide.
struct DecoderHeads {
  int64_t num_heads = 1, num_kv_heads = 1, head_width = 1;

  int64_t q_width() const { return num_heads * head_width; }
  int64_t kv_width() const { return num_kv_heads * head_width; }
  int64_t qkv_width() const { return q_width() + 2 * kv_width(); }
};

struct DecoderAttentionRule {
  DecoderHeads heads;
  std::optional<int64_t> window;                         // a query sees so many keys, itself among them; unset: all
  std::shared_ptr<const nn::RotaryPositions> positions;  // null: q and k do not turn
  double scale = 0;                                      // of the scores; 0: 1 / sqrt(D)
  double soft_cap = 0;                                   // of the scaled scores; 0: none
  double dropout = 0;                                    // of the softmax
};

class DecoderAttention {
 public:
  // `layer` is the index of the layer.
  DecoderAttention(int64_t layer, DecoderAttentionRule rule, nn::DropoutSites& sites);

  // qkv [T, (H + 2 G) * D], query heads first, then keys, then values -> [T, H * D]. `stream` has the packing of qkv.
  // Attention of an encoder, which is not causal, takes no cache.
  at::Tensor forward(const at::Tensor& qkv, const Stream& stream, const nn::ForwardContext& context,
                     const tensor::DistanceTables& distances = {}, bool is_causal = true) const;

  int64_t layer() const { return layer_; }
  const DecoderAttentionRule& rule() const { return rule_; }

 private:
  int64_t layer_;
  DecoderAttentionRule rule_;
  nn::Dropout dropout_;
};

// Throws kInput unless the query heads are a multiple of the key heads, and kUnsupported for heads that are wider than
// attention computes. `source` names config.json.
void check_heads(const DecoderHeads& heads, const std::string& source);

}  // namespace hone::model
