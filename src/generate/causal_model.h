// A language model from its folder, as generation reads it.
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
};

// Errors: those of load_model; kUnsupported for a family without a head of this kind, and for another device than the
// CPU; kInput for a folder without weights, and for a tokenizer with more tokens than the model.
CausalModel load_causal_model(const model::ModelFolder& folder, const tensor::Compute& compute,
                              const tensor::WeightOptions& weights = {});

}  // namespace hone::generate
