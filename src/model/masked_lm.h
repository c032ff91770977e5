// The head of masked language models: a transform of the tokens and a decoder, whose weight is mostly the table of
// words. V words, C width of the body, E width of the table.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "model/config.h"
#include "model/heads.h"
#include "model/model.h"
#include "nn/forward_context.h"
#include "nn/linear.h"

namespace hone::model {

// Names in the model, with dots. `decoder` is empty if HF's class has no such module and computes with the table of
// words; `bias` is empty if the bias belongs to the decoder.
struct DecoderNames {
  std::string_view decoder, bias = {};
};

struct MaskedLmNames {
  std::string_view dense, norm;
  DecoderNames decoder;
  bool has_norm_first = false;  // registered, and therefore drawn, before the dense layer
};

inline constexpr MaskedLmNames kBertMaskedLm{"cls.predictions.transform.dense",
                                             "cls.predictions.transform.LayerNorm",
                                             {"cls.predictions.decoder", "cls.predictions.bias"}};
inline constexpr MaskedLmNames kRobertaMaskedLm{
    "lm_head.dense", "lm_head.layer_norm", {"lm_head.decoder", "lm_head.bias"}};

// The last linear, E -> V: with the weight of the table of words if it is tied. A decoder with a weight of its own has
// its own bias; then HF's class keeps the other bias without reading it. A decoder without a name is tied.
class Decoder {
 public:
  Decoder(const HeadParts& parts, bool is_tied, const DecoderNames& names, bool has_bias = true);

  const nn::Linear& linear() const { return *linear_; }
  bool is_tied() const { return is_tied_; }
  // The linear's bias [V], which another module owns; undefined: none.
  void set_bias(const at::Tensor& bias) const { linear_->bias = bias; }
  const std::vector<Tie>& ties() const { return ties_; }
  // New words have bias 0. Throws kUnsupported for a weight of its own.
  void resize_words(int64_t num_rows) const;

 private:
  bool is_tied_;
  std::shared_ptr<nn::Linear> linear_;
  std::vector<Tie> ties_;
};

// "decoder"("norm"(activation("dense"(token)))), for each token.
std::unique_ptr<Head> masked_lm_head(const HeadParts& parts, const ModelConfig& config, const MaskedLmNames& names,
                                     std::string_view activation, double norm_eps);

// Returns the sum of the tokens' cross-entropies divided by num_targets, the number of targets of the whole step: their
// mean if these are all. targets [T] int64, -100 for tokens without one. Computes the head for the others only.
at::Tensor masked_lm_loss(const Model& model, const Hidden& hidden, const at::Tensor& targets, int64_t num_targets,
                          const nn::ForwardContext& context);

}  // namespace hone::model
