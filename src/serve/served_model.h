// Loads the served model, warms it up, and describes it for /info.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/classifier.h"
#include "model/config.h"
#include "serve/worker.h"
#include "task/samples.h"
#include "tensor/compute.h"

namespace hone::serve {

struct ModelRequest {
  std::filesystem::path model_dir;
  std::optional<int64_t> max_seq_length;
  tensor::ComputeOptions compute;
};

// The description of a model that the folder gives without its weights.
struct ModelDescription {
  std::string name;        // the folder's
  std::string class_name;  // architectures[0]; may be empty
  std::string model_type;  // "bert"
  std::vector<std::string> labels;
  std::string score_function;  // the one that transformers' pipeline applies
  std::vector<task::Sample> samples;
  std::string dataset;  // as the training named it; may be empty
};

struct ServedModel {
  eval::Classifier classifier;
  tensor::Compute compute;
  ModelDescription description;
  int64_t num_parameters = 0;

  size_t num_labels() const { return classifier.labels.size(); }
};

// Errors: those of ModelConfig::read.
ModelDescription describe_model(const std::filesystem::path& model_dir);

// Loads the model, then computes a short batch and a full one of `warm_up_tokens`, so that the first request is as fast
// as later ones. Sets the number of threads of the calling thread, which must also compute. Errors: those of
// load_trained_classifier and prepare_compute.
ServedModel load_served_model(const ModelRequest& request, size_t warm_up_tokens);

// Returns the last part of the path: "results" for results/, models/results and ./ in that folder.
std::string folder_name(const std::filesystem::path& folder);

// Throws kIo if the folder or its config.json is missing. Malformed files are errors of load_served_model.
void check_model_exists(const std::filesystem::path& model_dir);

// Computes rows in one batch, and returns their logits [rows, labels].
std::vector<float> logits_of(const ServedModel& model, const Worker::Rows& rows);

}  // namespace hone::serve
