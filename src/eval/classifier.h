// Loads a trained classifier from its folder: model, tokenizer and the options of its training.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "eval/evaluate.h"
#include "model/load.h"
#include "task/features.h"
#include "text/tokenizer.h"

namespace hone::eval {

// Options of a model's training, read from training_args.json; unset if the folder has no such file.
struct TrainingFacts {
  std::optional<int64_t> max_seq_length;
  std::optional<uint64_t> seed;
  std::optional<double> label_smoothing, focal_gamma;
  std::string regression_loss;          // a name; may be empty
  std::string dataset;                  // as given; empty if the training read plain files only
  std::vector<std::string> train_file;  // as given; overrides the training rows of `dataset`
  double validation_split = 0;          // share of the training rows that was held out
};
TrainingFacts training_facts(const std::filesystem::path& model_dir);

// True if the training read its rows from the split `split` of `dataset`. Relative paths of the training are resolved
// in the current folder, so a training that was started elsewhere may not be recognised.
bool is_training_split(const TrainingFacts& training, const std::filesystem::path& dataset, std::string_view split);

// The error for a folder with a model whose head was never trained, or without weights.
class UntrainedModel : public Error {
 public:
  using Error::Error;
};

struct Classifier {
  std::shared_ptr<model::Model> model;
  model::ModelConfig config;
  text::Tokenizer tokenizer;
  std::vector<std::string> labels;  // by id
  std::string_view score_function;  // the one that transformers' pipeline applies to this model
  size_t max_length = 0;            // maximum number of tokens of a row
  TrainingFacts training;
};

// Loads the folder. The maximum length is `max_seq_length`, or if that is unset that of the training, or else that of
// the model. Warns if added tokens of the tokenizer have no row in the embedding. Errors: UntrainedModel; kInput for a
// tokenizer of
// another model.
Classifier load_trained_classifier(const std::filesystem::path& model_dir, std::optional<int64_t> max_seq_length);

// Throws kInput if the model's embedding has no row for one of the tokens; the message names `row`.
void check_embedded(const Classifier& classifier, std::span<const int32_t> ids, std::string_view row);
// The same for every row.
void check_embedded(const Classifier& classifier, const task::Features& features, const RowName& row_name);

}  // namespace hone::eval
