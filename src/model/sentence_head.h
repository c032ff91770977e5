// Makes a vector of each text from the output of a body, as the modules of sentence-transformers do.
// B texts, T tokens, C width of the body, W width of the vectors.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <vector>

#include "model/inputs.h"
#include "model/pooling.h"
#include "model/sentence_config.h"
#include "nn/forward_context.h"

namespace hone::model {

class Model;

class SentenceHead {
 public:
  // Reads the weights of dense layers and norms; they have no gradients. `width`: C. Errors: kIo; kInput for weights of
  // other shapes, or for modules that do not fit each other; kUnsupported for an activation, by its name.
  SentenceHead(SentenceConfig config, int64_t width);

  const SentenceConfig& config() const { return config_; }
  int64_t width() const { return width_; }  // W, before truncation
  // Returns true if the first token of each text is all that it reads.
  bool reads_first_tokens() const;
  // [B, W] in float. `num_prompt_tokens` stand at the begin of each text; they count only if config().pools_prompt is
  // false. Errors (kInput): a text with no other tokens.
  at::Tensor vectors(const Hidden& hidden, int64_t num_prompt_tokens = 0) const;
  // The vectors of the texts of `inputs`. The model computes no more than they need.
  at::Tensor vectors_of(const Model& model, const Inputs& inputs, const nn::ForwardContext& context,
                        int64_t num_prompt_tokens = 0) const;
  void to(at::Device device);

  // Writes the files of the config and the weights of the modules. Errors: kIo.
  void save(const std::filesystem::path& folder) const;

 private:
  struct Weights {
    at::Tensor weight, bias, residual;  // undefined if the module has none
  };

  at::Tensor pooled(const Hidden& hidden) const;
  void read_weights(const SentenceModule& module, Weights& weights) const;

  SentenceConfig config_;
  int64_t body_width_ = 0, width_ = 0;
  std::vector<const Pooling*> poolings_;
  std::vector<Weights> weights_;  // of config_.modules
};

// Divides each row by its length, as torch's normalize.
at::Tensor with_length_one(const at::Tensor& rows);

}  // namespace hone::model
