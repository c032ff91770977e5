// Loads the served model, warms it up, and describes it for /info.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/trained_model.h"
#include "model/sentence_config.h"
#include "task/samples.h"
#include "tensor/compute.h"

namespace hone::serve {

struct ModelRequest {
  model::ModelFolder model_dir;
  eval::ReadingRequest reading;
  tensor::ComputeOptions compute;
};

// The description of a model that the folder gives without its weights.
struct ModelDescription {
  std::string name;        // the folder's
  std::string class_name;  // architectures[0]; may be empty
  std::string model_type;  // "bert"
  const task::TaskRow* task = nullptr;
  Json answer_facts;  // of the task, with "explains"
  std::vector<task::Sample> samples;
  std::string dataset;  // as the training named it; may be empty
};

struct ServedModel {
  eval::TrainedModel trained;
  tensor::Compute compute;
  ModelDescription description;
  int64_t num_parameters = 0;
  std::optional<model::SentenceConfig> sentence = {};  // of a model of vectors
};

// Errors: those of read_config.
ModelDescription describe_model(const model::ModelFolder& folder);

// Loads the model, then computes a short batch and a full one of `warm_up_tokens`, so that the first request is as fast
// as later ones. Sets the number of threads of the calling thread, which must also compute. Errors: those of
// load_trained_model and prepare_compute.
ServedModel load_served_model(const ModelRequest& request, size_t warm_up_tokens);

// Returns the last part of the path: "results" for results/, models/results and ./ in that folder.
std::string folder_name(const std::filesystem::path& folder);

// Throws kIo if the folder, its config.json or the base model of its adapter is missing. Malformed files are errors of
// load_served_model.
void check_model_exists(const model::ModelFolder& folder);

// Throws a 400 (http::RequestError) for a question without tokens, or with a token without a row in the embedding;
// `field` names it.
void check_question(const ServedModel& model, const task::Question& question, const std::string& field);

// Throws a 500 (http::RequestError) for outputs that are NaN or infinite.
void check_outputs(const task::Outputs& outputs, const std::string& field);

}  // namespace hone::serve
