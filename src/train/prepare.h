// Reads and checks rows, labels, tokenizer and model of a run before its first step.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/load.h"
#include "options/given.h"
#include "task/features.h"
#include "task/splits.h"
#include "task/tasks.h"
#include "tensor/compute.h"
#include "text/tokenizer.h"
#include "train/freezing.h"
#include "train/options.h"
#include "train/run_reporter.h"

namespace hone::train {

// The inputs of a run. prepare() makes the members in this order.
struct Prepared {
  text::Tokenizer tokenizer;
  const task::TaskRow* task_row = nullptr;
  std::unique_ptr<task::Task> task;
  task::TrainingRows rows;
  model::LoadedModel loaded;
  size_t max_length = 0;                                    // tokens of a row at most
  std::unique_ptr<task::Examples> train, evaluation, test;  // the others than `train` may be null
  Freezing freezing = {};
};

// Rows, task and tokenizer of a run, before its model is loaded.
struct RunRows {
  model::ModelConfig config;  // of the model's folder
  text::Tokenizer tokenizer;
  const task::TaskRow* task_row = nullptr;
  std::unique_ptr<task::Task> task;
  task::TrainingRows rows;
};

// Parses "KEY=VALUE" texts. Errors: kUsage for a text that does not have this form.
std::vector<std::pair<std::string, std::string>> config_overrides_of(const std::vector<std::string>& texts);

// Checks the options before anything is read. `given`: the options that the user chose. Errors (kUsage): an unknown
// name or a malformed value; options that contradict each other.
void check_run_options(const TrainOptions& options, std::span<const options::GivenOption> given = {});

// Reads the rows, and returns whether there are test rows that do not evaluate the training. Errors: those of `task`.
bool has_test_rows(const TrainOptions& options);

// Reads rows, labels and tokenizer, and decides the task. `given`: the options that the user chose. Errors: those of
// the floors below; kUsage for a given option of another task; kInput for a tokenizer of another model.
RunRows read_run_rows(const TrainOptions& options, std::span<const options::GivenOption> given = {});

// Reads rows, labels and model, and tokenizes the rows. `given`: the options that the user chose. Errors: those of the
// floors below; kUsage for a given option of another task; kInput for a tokenizer of
// another model, or for a row with a token for which the model's embedding has no row.
// `known`: tokens that earlier runs made; may be null. `corpora_dir`: where a task on running text makes corpora;
// empty: in the output folder. Error of such a task also: TokenizationInterrupted.
Prepared prepare(const TrainOptions& options, std::span<const options::GivenOption> given = {},
                 task::KnownFeatures* known = nullptr, const std::filesystem::path& corpora_dir = {});

// Writes the model's own files: weights, config, tokenizer, and `options` as training_args.json. Errors: kIo.
void write_model_files(const Prepared& prepared, const Json& options, const std::filesystem::path& folder);

// Gives the model the weights that write_model_files() wrote. Errors: kIo; kInput if they are of another model.
void restore_model_files(const Prepared& prepared, const std::filesystem::path& folder);

// The facts of run.json.
RunFacts facts_of(const Prepared& prepared, const tensor::Compute& compute);

}  // namespace hone::train
