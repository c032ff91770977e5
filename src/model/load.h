// Loads a model from a Hugging Face model folder, or from that of an adapter and of its base model.
#pragma once

#include <ATen/core/Generator.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/adapter_config.h"
#include "model/adapter_folder.h"
#include "model/config.h"
#include "model/model.h"

namespace hone::model {

struct ModelRequest {
  ModelFolder model_dir;
  std::string_view head = "sequence";  // a kind of the family's heads
  std::optional<int64_t> num_labels;
  std::vector<std::string> id2label;     // empty: the labels of config.json
  std::string problem_type;              // empty: the problem type of config.json
  uint64_t seed = 42;                    // seed of the weights that the folder lacks
  bool ignore_mismatched_sizes = false;  // draws a new head if the saved one has another number of labels
  // The minimum number of rows of the word embedding; add_embedding_rows draws missing rows.
  int64_t num_tokens = 0;
  std::vector<std::pair<std::string, std::string>> config_overrides;
  bool merges_adapter = false;  // the folder's adapter becomes part of the weights
  // Of the weights of linears and embeddings in memory; another type than float is for generation.
  at::ScalarType matrix_dtype = at::kFloat;
};

struct LoadReport {
  std::vector<std::string> newly_initialized;  // sorted
  std::vector<std::string> unused;             // tensors of the files, sorted
  bool from_config_only = false;
  bool has_new_head = false;  // a weight of the head was drawn
  std::string class_name;     // "BertForSequenceClassification"
  std::string model_dir;

  // Returns which weights were drawn, in the words of transformers 4, with an explanation; empty if none were.
  std::string new_weights_line() const;
  // Returns which tensors of the files were not used; empty if all were.
  std::string unused_weights_line() const;
};

struct LoadedModel {
  std::shared_ptr<Model> model;
  ModelConfig config;
  LoadReport report;
  std::optional<AdapterConfig> adapter = {};  // of the adapters that the model has
  at::Generator generator = {};               // after the draws of new weights
};

// Makes the outputs what they stand for, and removes the scale from the config. Does nothing without one.
void fold_output_scale(Model& model, ModelConfig& config);

// Weights are copies, in float32 except for matrix_dtype. Warns about contradictory labels in config.json. Errors: kIo,
// kInput, kUnsupported, kUsage naming file, tensor and both shapes. A missing weight is an error, unless it belongs to
// the head (then it is drawn) or the folder has no weights at all (then all are drawn).
LoadedModel load_model(const ModelRequest& request);

}  // namespace hone::model
