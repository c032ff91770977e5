// Reads the fixtures of tests/fixtures/make_seq2seq_fixtures.py.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/load.h"
#include "parity/parity_fixture.h"

namespace hone {

inline std::filesystem::path seq2seq_fixtures() { return fixture_models().parent_path() / "seq2seq"; }

inline const std::vector<std::string>& seq2seq_names() {
  static const std::vector<std::string> names{"bart", "marian", "mbart", "mt5", "t5", "t5-gated"};
  return names;
}

inline bool is_t5(const std::string& name) { return name.find("t5") != std::string::npos; }

// A fixture's model without dropout.
inline model::LoadedModel load_seq2seq(const std::filesystem::path& folder, const std::string& name,
                                       std::string_view head = "seq2seq-lm") {
  model::ModelRequest request{folder, head};
  request.config_overrides = {{"dropout", "0"}, {"attention_dropout", "0"}, {"activation_dropout", "0"}};
  if (is_t5(name)) request.config_overrides = {{"dropout_rate", "0"}};
  return model::load_model(request);
}

// HF's padded rows of both sides, packed.
inline model::Inputs seq2seq_batch(const std::map<std::string, at::Tensor>& tensors) {
  model::Inputs inputs = packed_batch(tensors);
  inputs.decoder = packed_batch(tensors, "decoder_").text;
  return inputs;
}

// The target of each token of the decoder: [T], -100 for none.
inline at::Tensor seq2seq_targets(const std::map<std::string, at::Tensor>& tensors) {
  return tensors.at("labels").masked_select(tensors.at("decoder_attention_mask").to(at::kBool));
}

}  // namespace hone
