// Writes the output of `hone predict --file`: the input's columns, then the prediction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/text_input.h"
#include "eval/prediction.h"

namespace hone::cli {

struct PredictionFormat {
  std::vector<std::string> labels;  // by id
  std::string function;             // the score function
  std::optional<size_t> top_k;      // labels of a row; unset: all
  bool keep_columns = true;
};

// jsonl: {input's columns, "label", "score", "scores", "near_ties"}, see eval::prediction_json. csv: input's columns,
// label, score, then a column score_LABEL for each label, or with top_k label_2, score_2 and so on. If a column of the
// input has the name of one of these, its name gets the prefix "input_", with a note. Predictions of a row without a
// text are null.
class PredictionWriter {
 public:
  PredictionWriter(const TextOptions& output, PredictionFormat format);

  const PredictionFormat& format() const { return format_; }
  // `predictions` are those of block.features.
  void write(const Block& block, const eval::Predictions& predictions);
  uint64_t rows() const { return output_.rows(); }
  void commit() { output_.commit(); }

 private:
  // A column of the input, and its name in the output.
  struct Column {
    std::string input, output;
  };

  std::vector<std::string> prediction_columns() const;
  void begin(const table::Rows& rows);
  using Scores = std::optional<std::span<const float>>;  // of a row that has a text
  void write_json(const std::vector<table::Column>& columns, uint64_t row, const Scores& scores);
  void write_csv(const std::vector<table::Column>& columns, uint64_t row, const Scores& scores);

  PredictionFormat format_;
  Output output_;
  std::vector<Column> columns_;
  size_t num_prediction_columns_ = 0;
};

}  // namespace hone::cli
