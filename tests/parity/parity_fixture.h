// Reads the fixtures of tests/fixtures/make_model_fixtures.py and compares tensors with them.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/decoder_families.h"
#include "model/inputs.h"
#include "model/load.h"
#include "tensor/row_gradient.h"
#include "tensor/safetensors.h"

namespace hone {

inline std::filesystem::path fixture_models() {
  return std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "models";
}

// The folders with a tiny model of each family, "tiny-albert" and so on.
inline std::vector<std::string> tiny_models() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(fixture_models())) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("tiny-")) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

inline std::string family_of_tiny(const std::string& name) { return name.substr(std::string("tiny-").size()); }

inline std::map<std::string, at::Tensor> read_tensors(const std::filesystem::path& path) {
  const tensor::SafetensorsFile file(path);
  std::map<std::string, at::Tensor> tensors;
  for (const tensor::StoredTensor& stored : file.tensors()) {
    at::Tensor value = at::empty(stored.shape, stored.dtype);
    std::memcpy(value.mutable_data_ptr(), stored.bytes.data(), stored.bytes.size());
    tensors[stored.name] = value;
  }
  return tensors;
}

// HF's padded rows as a packed batch. `prefix` stands before the names: "3." for a training step.
inline model::Inputs packed_batch(const std::map<std::string, at::Tensor>& tensors, const std::string& prefix = "") {
  const at::Tensor mask = tensors.at(prefix + "attention_mask");
  const at::Tensor kept = mask.to(at::kBool);
  model::Inputs batch;
  batch.text.ids = tensors.at(prefix + "input_ids").masked_select(kept);
  const auto types = tensors.find(prefix + "token_type_ids");
  if (types != tensors.end()) batch.text.type_ids = types->second.masked_select(kept);
  std::vector<int64_t> lengths;
  for (int64_t row = 0; row < mask.size(0); ++row) lengths.push_back(mask[row].sum().item<int64_t>());
  batch.text.packing = tensor::Packing::from_lengths(lengths);
  return batch;
}

// Returns the largest difference relative to the largest expected value or to `floor`, whichever is larger.
inline double relative_difference(const at::Tensor& given, const at::Tensor& expected, double floor = 0) {
  const at::Tensor got = tensor::dense_gradient(given);
  const double scale = std::max(expected.abs().max().item<double>(), floor);
  return (got - expected).abs().max().item<double>() / scale;
}

// Returns whether a family is a decoder, whose tokens see only those before them.
inline bool is_decoder(const std::string& family) {
  const auto rows = model::decoder_families();
  return std::ranges::find(rows, family.substr(0, family.find('-')), &model::Family::name) != rows.end();
}

// Returns whether the outputs of a tiny model's frozen layers may be kept: the angles of longrope depend on the batch.
inline bool keeps_prefixes(const std::string& tiny_model) { return tiny_model != "tiny-phi3"; }

// Returns overrides that disable every dropout of a family.
inline std::vector<std::pair<std::string, std::string>> no_dropout(const std::string& family) {
  if (family == "distilbert") return {{"dropout", "0"}, {"attention_dropout", "0"}, {"seq_classif_dropout", "0"}};
  if (family == "gpt2") return {{"embd_pdrop", "0"}, {"resid_pdrop", "0"}, {"attn_pdrop", "0"}};
  if (family.starts_with("gpt_neox")) {
    return {{"attention_dropout", "0"}, {"hidden_dropout", "0"}, {"classifier_dropout", "0"}};
  }
  if (family == "phi3") return {{"attention_dropout", "0"}, {"resid_pdrop", "0"}};
  if (is_decoder(family)) return {{"attention_dropout", "0"}};
  if (family.starts_with("modernbert")) {
    return {{"embedding_dropout", "0"}, {"attention_dropout", "0"}, {"mlp_dropout", "0"}, {"classifier_dropout", "0"}};
  }
  std::vector<std::pair<std::string, std::string>> keys{{"hidden_dropout_prob", "0"},
                                                        {"attention_probs_dropout_prob", "0"}};
  if (family == "albert") keys.emplace_back("classifier_dropout_prob", "0");
  return keys;
}

}  // namespace hone
