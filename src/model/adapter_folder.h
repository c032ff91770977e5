// A model on disk: a folder in Hugging Face's format, or one of an adapter in PEFT's format, whose base model is in
// another folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/adapter_config.h"
#include "model/config.h"

namespace hone::model {

struct ModelFolder {
  ModelFolder() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): most folders are whole models
  ModelFolder(std::filesystem::path folder, std::filesystem::path base = {})
      : path(std::move(folder)), base_model(std::move(base)) {}

  std::filesystem::path path;
  std::filesystem::path base_model;  // of an adapter; empty: the one that adapter_config.json names

  // Returns whether the folder holds an adapter.
  bool is_adapter() const;
  // Returns the folder with the model's own weights: that of the base model for an adapter, unless the folder also has
  // a config.json: then it holds both, as in transformers. Errors (kIo): the base model is not there; kUsage: a base
  // model for a folder without an adapter.
  std::filesystem::path weights() const;
  // Returns the folder with the tokenizer: the adapter's, or that of the base model if the adapter's has none.
  std::filesystem::path tokenizer() const;
};

// Returns the config of a model. An adapter that hone saved has one in kAdaptedConfigFile. For one that PEFT saved it
// is that of the base model, with the class of the adapter's task and as many labels as its head has. Errors: those of
// ModelConfig::read and ModelFolder::weights.
ModelConfig read_config(const ModelFolder& folder);

// Returns the config that hone saved beside the weights, or beside those of an adapter; needs no base model. Errors:
// those of ModelConfig::read.
ModelConfig read_saved_config(const std::filesystem::path& folder);

// Returns PEFT's task type for a kind of heads: "SEQ_CLS"; empty if it has none.
std::string task_type_of(std::string_view head);

}  // namespace hone::model
