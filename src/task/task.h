// What a model is trained for. A task turns rows into examples, and examples into losses and evaluations. Batches,
// targets and predictions are local to the task: training and evaluation know rows, scalars and reports only. A trained
// model's task also turns outputs into answers.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "metric/bootstrap.h"
#include "metric/report.h"
#include "model/config.h"
#include "model/model.h"
#include "model/prefix_cache.h"
#include "nn/forward_context.h"
#include "table/labels.h"
#include "table/rows.h"
#include "task/answer.h"
#include "task/options.h"
#include "task/samples.h"
#include "text/tokenizer.h"

namespace hone::task {

struct AskedModel;
class KnownFeatures;
class OwnOrder;
class TextBlocks;
struct RowMargins;

struct EvaluationOptions {
  size_t num_worst = 0;          // how many of the worst rows the report lists
  bool for_calibration = false;  // keeps what calibration() needs
};

// What is chosen on evaluation rows after a training.
struct Calibration {
  double temperature = 1;         // the model's outputs are divided by it
  std::vector<float> thresholds;  // of the labels' scores, by label; empty: none are chosen
  std::string summary;            // "temperature 1.43: log loss 0.41 -> 0.35"
  std::string problem;            // why nothing is chosen; empty: something is
};

// A running evaluation of one set of examples.
class Evaluation {
 public:
  virtual ~Evaluation() = default;
  // Computes the outputs and losses of these rows, without gradients.
  virtual void add(const model::Model& model, std::span<const uint64_t> rows) = 0;
  virtual metric::Report report() const = 0;
  // Computes the values of the report for resamples of the rows, which are numbered in the order in which they were
  // added; empty if the task has no such metrics. Valid as long as the evaluation. Its rows must all have finite
  // results.
  virtual metric::Resampler resampler() const { return {}; }
  // Returns whether each row is predicted right, in the order in which they were added; empty if the task has no such
  // rows.
  virtual std::vector<bool> right_rows() const { return {}; }
  // `what`: one of the task's calibrations (TaskRow). Its rows must all have finite results.
  virtual Calibration calibration(std::string_view what) const;
};

// Rows that have become the input of a model, with their targets.
class Examples {
 public:
  virtual ~Examples() = default;

  virtual uint64_t size() const = 0;
  // Tokens of a row: for groups of similar lengths, the size of batches, and tokens/s.
  virtual uint64_t length(uint64_t row) const = 0;
  // Of all rows.
  virtual uint64_t num_tokens() const;
  // The order in which a training reads the rows; null: that of a shuffle as HF's Trainer makes it.
  virtual const OwnOrder* own_order() const { return nullptr; }
  // How many targets the loss of these rows is a sum over. Asked before the forward passes, so that the mean over a
  // step does not depend on its division into micro-batches.
  virtual uint64_t num_targets(std::span<const uint64_t> rows, const nn::ForwardContext& context) const;
  // What the sum of the losses is divided by to get their mean: the number of targets, or the sum of their weights.
  virtual double total_weight(std::span<const uint64_t> rows, const nn::ForwardContext& context) const;
  // The sum of the losses of the rows' targets, a scalar.
  virtual at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                          const nn::ForwardContext& context) const = 0;
  virtual std::unique_ptr<Evaluation> evaluation(const EvaluationOptions& options) const = 0;
  // Returns true if an evaluation computes the outputs of a batch in parts, so that they do not limit its tokens.
  virtual bool bounds_outputs() const { return false; }
  // Computes the frozen layers of the model, which has some, only once for each row from now on. Returns null if these
  // examples cannot; the result lives as long as they. Errors: those of model::PrefixCache.
  virtual model::PrefixCache* keep_prefix(std::shared_ptr<const model::Model>, const model::PrefixStorage&) {
    return nullptr;
  }
  // Computes them at each use again.
  virtual void forget_prefix() {}

  // From now on, loss() adds the margin of each row to `margins`, which must outlive the examples; null: no longer.
  // Returns false if these examples have no margins.
  virtual bool record_margins(RowMargins*) { return false; }

  // "train.csv:17", or "row 17" if the row comes from no file.
  virtual std::string location(uint64_t row) const = 0;
  // {"location", "text", ...}: what a person needs to find and judge the row.
  virtual Json describe(uint64_t row) const = 0;
  // One row in a line, with its target, and how many rows have which target.
  virtual std::string preview(uint64_t row) const = 0;
  virtual std::string target_counts() const = 0;
  // Warnings about these rows as training rows, with numbers and what to do.
  virtual std::vector<std::string> findings() const = 0;
  // Warnings about these rows as input of a trained model, such as how many were truncated.
  virtual std::vector<std::string> input_notes() const = 0;
  // A few short rows for the page of a served model.
  virtual std::vector<Sample> samples() const = 0;
};

// The rows that a run trains and evaluates on (task/splits.h).
struct TrainingRows {
  table::Rows all_train;  // before max_train_samples
  table::Rows train;
  std::optional<table::Rows> evaluation;
  std::string evaluation_name;  // "validation", "held-out" or "test"
  // Rows that decide nothing, for one look at the end. Unset if there are none, or if they evaluate the training.
  std::optional<table::Rows> test;
};

struct ExampleOptions {
  const text::Tokenizer& tokenizer;
  int64_t vocab_size = 0;  // rows of the model's embedding
  size_t max_length = 0;   // tokens of a row, or of each of its windows
  LongText long_text = {};
  KnownFeatures* known = nullptr;  // tokens that earlier runs of the process made; may be null
  std::string tokenizer_dir = {};  // where `tokenizer` was loaded from
};

class Task {
 public:
  virtual ~Task() = default;

  // The metrics of its evaluations, once the classes are known.
  virtual std::span<const metric::Metric> metrics() const = 0;

  // Chooses columns and decides what the targets mean, from all splits together; the first one is the training split,
  // or the only one. Removes the rows that cannot be used, with a note (with `strict`: an error). Call it once, before
  // the methods below. Errors: kInput and kUsage for rows that do not fit the task.
  virtual void adopt(std::span<table::LabelledSplit> splits) = 0;
  // The class of each row, of which a hold-out takes equal shares.
  virtual std::vector<int64_t> strata(const table::Rows& rows) const = 0;
  // Decides what the loss takes from the rows that are trained on, such as class weights. Call it before examples() and
  // write_config(), in a training only.
  virtual void settle_loss(const table::Rows&) {}
  // What is unusual about the rows of a run and probably not wanted. One sentence for each finding.
  virtual std::vector<std::string> findings(const TrainingRows& rows) const = 0;
  // `what` names the rows in progress and warnings: "training rows". The result refers to the task and the tokenizer.
  virtual std::unique_ptr<Examples> examples(const table::Rows& rows, const std::string& what,
                                             const ExampleOptions& options) const = 0;

  // The same for a task that learns from running text (TaskRow::reads_text).
  virtual std::unique_ptr<Examples> text_examples(TextBlocks blocks, const ExampleOptions& options) const;

  // Takes over thresholds that were chosen after the training; write_config() saves them.
  virtual void take_calibration(const Calibration&) {}
  // Sets labels, problem_type and what else hone must know of the trained model.
  virtual void write_config(model::ModelConfig& config) const = 0;
  // Writes the files that a trained model's folder has besides its config, weights and tokenizer. `max_length`: tokens
  // of a row in the training.
  virtual void write_files(const model::Model&, size_t /*max_length*/, const std::filesystem::path&) const {}
  // What run.json and /info say of the task: {"labels": [...]}.
  virtual Json facts() const = 0;
  // "for the labels: NEGATIVE, POSITIVE".
  virtual std::string card_phrase() const = 0;

  // Takes the model that it asks, if it reads more of it than the outputs. Call it once, before examples() and
  // outputs().
  virtual void use_model(const AskedModel&) {}
  // Returns what answer() needs of each question: by default the outputs of the model for its windows.
  virtual std::vector<Outputs> outputs(const model::Model& model, std::span<const Question* const> questions) const;
  // Returns true if outputs() computes in parts, so that the outputs do not limit the tokens of a batch.
  virtual bool bounds_outputs() const { return false; }
  // What happened to the texts of outputs() so far, such as how many were truncated.
  virtual std::vector<std::string> output_notes() const { return {}; }
  // The answer to a question; it refers to the task.
  virtual std::unique_ptr<Answer> answer(const Question& question, const Outputs& outputs,
                                         const AnswerOptions& options) const = 0;
  // The members of Answer::json() that it may have, and the columns of Answer::cells().
  virtual std::vector<std::string> answer_members() const = 0;
  virtual std::vector<std::string> answer_columns(const AnswerOptions& options) const = 0;
  // facts() and what else the page of a served model needs to show answers.
  virtual Json answer_facts() const { return facts(); }
  virtual bool can_explain() const { return false; }
  // What an explanation of the answer to a question follows; it refers to the task. Errors (kUsage): a label that the
  // model does not have; kUnsupported: can_explain() is false.
  virtual std::unique_ptr<FollowedScore> followed(const ExplainOptions& options, const Question& question) const;
};

}  // namespace hone::task
