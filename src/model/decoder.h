// The body of Llama and its relatives: a table of words, layers of attention and a gated feed-forward block, and a
// norm. A family says in a DecoderShape what its layers are made of. Touvron et al., "LLaMA", arXiv 2302.13971. T
// tokens, C width, V words.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/body.h"
#include "model/decoder_attention.h"
#include "model/experts.h"
#include "nn/dropout.h"
#include "nn/rms_norm.h"

namespace hone::model {

// Where each half of a layer has its norm: before it (Llama), behind it (OLMo 2), or both (Gemma 2).
enum class NormPlace { kBefore, kBehind, kBoth };

// What the norms of q and k are over: each head (Qwen3, Gemma 3), or all heads together (OLMo 2).
enum class HeadNorm { kNone, kEachHead, kAllHeads };

struct DecoderLayerShape {
  std::optional<int64_t> window;                         // DecoderAttentionRule's
  std::shared_ptr<const nn::RotaryPositions> positions;  // null: none
  bool has_experts = false;                              // in place of the one feed-forward block
};

struct DecoderShape {
  BodyTraits traits;
  DecoderHeads heads;
  std::vector<DecoderLayerShape> layers;
  std::string activation;
  int64_t inner_width = 0;         // of the feed-forward block
  std::optional<int64_t> padding;  // the word without a gradient
  bool has_qkv_bias = false, has_out_bias = false, has_mlp_bias = false;
  bool is_joined = false;  // the checkpoint holds q, k, v as one matrix, and gate and up (Phi-3)
  double norm_eps = 0;
  nn::RmsCentre norm_centre = nn::RmsCentre::kZero;
  NormPlace norm_place = NormPlace::kBefore;
  HeadNorm head_norm = HeadNorm::kNone;
  double embedding_scale = 1;
  double attention_scale = 0, attention_cap = 0;  // DecoderAttentionRule's
  double attention_dropout = 0, residual_dropout = 0;
  ExpertsShape experts = {};
  // The factor of the load-balancing loss in Hidden::balance_loss; 0: it is not computed.
  double balance_factor = 0;
};

std::shared_ptr<Body> make_decoder(const DecoderShape& shape, nn::DropoutSites& sites);

}  // namespace hone::model
