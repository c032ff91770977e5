// The model that is served: loaded, warmed up, and what /info tells of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/classifier.h"
#include "eval/examples.h"
#include "model/config.h"
#include "serve/worker.h"
#include "tensor/compute.h"

namespace hone::serve {

struct ModelRequest {
  std::filesystem::path model_dir;
  std::optional<int64_t> max_seq_length;
  tensor::ComputeOptions compute;
};

// What config.json tells of a model, before anything of it is loaded.
struct ModelDescription {
  std::string name;        // of the folder
  std::string class_name;  // architectures[0]; may be empty
  std::string model_type;  // "bert"
  std::vector<std::string> labels;
  std::string score_function;  // the one that transformers' pipeline applies
  std::vector<eval::Example> examples;
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

// Reads the folder and computes a short and a full batch of `warm_up_tokens`, so that the first request is as fast as
// the rest. Sets the calling thread's number of threads: it is the one that must compute. Errors: those of
// load_trained_classifier and prepare_compute.
ServedModel load_served_model(const ModelRequest& request, size_t warm_up_tokens);

// "results" for results/, models/results and ./.
std::string folder_name(const std::filesystem::path& folder);

// Throws kIo if the folder or its config.json is missing: nothing there could be served. A file with wrong content is
// left to load_served_model.
void check_model_exists(const std::filesystem::path& model_dir);

// The logits [rows, labels] of rows that are computed together.
std::vector<float> logits_of(const ServedModel& model, const Worker::Rows& rows);

}  // namespace hone::serve
