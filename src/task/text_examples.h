// What the tasks on texts share: which columns hold the texts, the tokens of each row, and how a row is named and
// shown.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "table/columns.h"
#include "table/selection.h"
#include "task/features.h"
#include "task/task.h"

namespace hone::task {

// Computes the outputs [B, K] of rows.
using RowOutputs = std::function<at::Tensor(const model::Model& model, std::span<const uint64_t> rows)>;

// The tokens of a split, and the rows that they come from.
struct TextRows {
  Features features;
  table::Rows rows = {};  // may be empty: then rows have a number and no text
  table::TextColumns columns = {};
  size_t max_length = 0;            // at which rows were truncated
  uint64_t num_special_tokens = 0;  // of each row
  RowOutputs outputs = {};          // in place of those of the model's head; empty: row_outputs()

  // "train.csv:17", or "row 17".
  std::string location(uint64_t row) const;
  // {"location", "text"} and, of a pair, "text_pair"; long texts are shortened.
  Json described(uint64_t row) const;
  // The beginning of the text in one line, in quotes.
  std::string shown(uint64_t row) const;
};

// Tokenizes the rows, and warns of unknown tokens. Errors: kInput for a token without a row in the embedding.
TextRows read_text_rows(const table::Rows& rows, const table::TextColumns& columns, const std::string& what,
                        const ExampleOptions& options);

// Returns the rows that were kept, and logs a note about those that were skipped.
table::Rows kept_rows(const table::Complete& complete);

// Skips the rows of each split that have no text, with a note; with `strict` they are errors (kInput).
void skip_rows_without_text(std::span<table::LabelledSplit> splits, const table::TextColumns& columns, bool strict);

// Returns "NEGATIVE (3), POSITIVE (5)", of many labels the first ten. `counts`: rows of each label.
std::string described_counts(const std::vector<std::string>& names, std::span<const uint64_t> counts);
// Returns "no training row has the label a, so the model cannot learn it", or an empty text if every label has rows.
// `what`: "the label", "an entity of the type".
std::string missing_labels(const std::vector<std::string>& names, std::span<const uint64_t> counts,
                           std::string_view what = "the label");

// Examples on texts; a task adds targets and losses.
class TextExamples : public Examples {
 public:
  explicit TextExamples(TextRows texts) : texts_(std::move(texts)) {}

  uint64_t size() const override { return texts_.features.size(); }
  uint64_t length(uint64_t row) const override { return texts_.features.length(row); }
  bool bounds_outputs() const override { return texts_.outputs != nullptr; }
  std::string location(uint64_t row) const override { return texts_.location(row); }
  Json describe(uint64_t row) const override { return texts_.described(row); }
  std::vector<std::string> findings() const override;
  std::vector<std::string> input_notes() const override;
  std::vector<Sample> samples() const override { return {}; }
  model::PrefixCache* keep_prefix(std::shared_ptr<const model::Model> model,
                                  const model::PrefixStorage& storage) override;
  void forget_prefix() override { texts_.features.prefix.reset(); }

 protected:
  const TextRows& texts() const { return texts_; }
  model::Inputs batch(std::span<const uint64_t> rows) const { return make_batch(texts_.features, rows); }

 private:
  TextRows texts_;
};

// The evaluation of a task with a row of outputs for each text: sums up losses, counts rows, and lists the worst ones.
// A task adds what it measures.
class TextEvaluation : public Evaluation {
 public:
  explicit TextEvaluation(const TextRows& texts) : texts_(texts) {}

  void add(const model::Model& model, std::span<const uint64_t> rows) final;
  metric::Report report() const final;

 protected:
  const TextRows& texts() const { return texts_; }

 private:
  // `outputs` [K] of the row, finite.
  virtual void add_prediction(uint64_t row, std::span<const float> outputs) = 0;
  // `outputs` [B, K] of these rows.
  virtual at::Tensor loss_sum(const at::Tensor& outputs, std::span<const uint64_t> rows) const = 0;
  // What the sum of the losses of these rows is divided by.
  virtual double total_weight(std::span<const uint64_t> rows) const = 0;
  // The metrics and their panels.
  virtual metric::Report measured() const = 0;
  virtual uint64_t targets_per_row() const = 0;
  // The panel of the worst rows, if the report lists them.
  virtual std::optional<metric::Panel> worst_panel() const = 0;

  const TextRows& texts_;
  metric::NonfiniteRows nonfinite_;
  double loss_sum_ = 0, weight_sum_ = 0;
  uint64_t num_rows_ = 0;
};

}  // namespace hone::task
