// Loads a trained model from its folder: weights, task, tokenizer and the options of its training.
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
#include "model/load.h"
#include "task/answer.h"
#include "task/tasks.h"
#include "text/tokenizer.h"

namespace hone::eval {

// Options of a model's training, read from training_args.json; unset if the folder has no such file.
struct TrainingFacts {
  std::optional<int64_t> max_seq_length;
  task::LongText long_text;
  std::optional<uint64_t> seed;
  std::optional<double> label_smoothing, focal_gamma;
  std::string regression_loss;  // a name; may be empty
  bool label_all_tokens = false;
  task::Seq2SeqOptions seq2seq = {};    // those of answers
  std::string dataset;                  // as given; empty if the training read plain files only
  std::vector<std::string> train_file;  // as given; overrides the training rows of `dataset`
  double validation_split = 0;          // share of the training rows that was held out
};
TrainingFacts training_facts(const std::filesystem::path& model_dir);

// True if the training read a file of the split `split` of `dataset`. Relative paths of the training are resolved
// in the current folder, so a training that was started elsewhere may not be recognised.
bool is_training_split(const TrainingFacts& training, const std::filesystem::path& dataset, std::string_view split);

// Returns the options where they are given, else those of the training.
task::Seq2SeqOptions merged(const task::Seq2SeqOptions& given, const task::Seq2SeqOptions& training);

// Returns the options with which a task evaluates rows as in the training: its loss is that of the training.
task::TaskOptions task_options(const task::RowOptions& rows, const TrainingFacts& training);

// The error for a folder with a model whose head was never trained, or without weights.
class UntrainedModel : public Error {
 public:
  using Error::Error;
};

struct TrainedModel {
  std::shared_ptr<model::Model> model;
  model::ModelConfig config;
  text::Tokenizer tokenizer;
  const task::TaskRow* task_row = nullptr;
  std::shared_ptr<task::Task> task;
  size_t max_length = 0;  // maximum number of tokens of a row
  TrainingFacts training;
  task::LongText long_text;

  std::filesystem::path weights_folder = {};  // with the files of the model itself

  // Makes a task that asks this model.
  std::unique_ptr<task::Task> make_task(const task::TaskOptions& options) const;
  // How this model reads a text.
  task::Reading reading() const;
};

// How a command wants texts to be read; what is unset is as in the training, or else as the model's files say.
struct ReadingRequest {
  std::optional<int64_t> max_seq_length;
  task::LongText long_text = {};
  const task::TaskRow* task = nullptr;  // a language task; null: the one that the model was trained for
};

// Loads the folder; an adapter becomes part of the weights of its base model. Warns if added tokens of the tokenizer
// have no row in the embedding. Errors: UntrainedModel; kInput for a tokenizer of another model.
TrainedModel load_trained_model(const model::ModelFolder& folder, const ReadingRequest& request,
                                const task::TaskOptions& options = {});

// Throws kInput if the model's embedding has no row for one of the question's tokens; `place` names the question.
void check_embedded(const TrainedModel& model, const task::Question& question, std::string_view place);

}  // namespace hone::eval
