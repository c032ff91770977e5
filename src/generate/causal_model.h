// A language model from its folder, as generation reads it: a decoder, or a decoder beside an encoder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "generate/generation.h"
#include "generate/generation_config.h"
#include "model/adapter_folder.h"
#include "model/config.h"
#include "model/model.h"
#include "tensor/compute.h"
#include "text/tokenizer.h"

namespace hone::generate {

struct CausalModel {
  std::shared_ptr<model::Model> model;
  model::ModelConfig config;
  text::Tokenizer tokenizer;
  GenerationConfig generation;

  // What Generation needs. Valid as long as this object.
  LanguageModel language_model() const;
  // The keys and values of a token.
  tensor::KvShape kv_shape() const;
  // The ids of a prompt that is read as it is, with the special tokens that the tokenizer adds.
  std::vector<int32_t> prompt_ids(std::string_view text) const;
  // Returns whether the model has an encoder, which reads the prompt.
  bool has_encoder() const { return model->reads_decoder_tokens(); }
};

enum class EncoderUse { kRefused, kAllowed };

// Makes the prompt of a request to a model with an encoder what the encoder reads; the decoder begins with its first
// token. Error (kInput): the model's files do not name this token.
void read_prompt_by_encoder(const CausalModel& model, Request& request);

// What Generation needs of a model with an encoder, which must outlive the result.
LanguageModel encoder_language_model(const model::Model& model);

// Errors: those of load_model; kUnsupported for a family without a head of this kind (with kRefused also for a model
// with an encoder), and for another device than the
// CPU; kInput for a folder without weights, and for a tokenizer with more tokens than the model.
CausalModel load_causal_model(const model::ModelFolder& folder, const tensor::Compute& compute,
                              const tensor::WeightOptions& weights = {}, EncoderUse encoder = EncoderUse::kRefused);

}  // namespace hone::generate
