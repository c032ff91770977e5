// Writes the output of `hone predict --file`: the input's columns, then the prediction.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/text_input.h"
#include "task/task.h"

namespace hone::cli {

// jsonl: {input's columns, the members of Answer::json()}. csv: the input's columns, then Task::answer_columns(). If a
// column of the input has the name of one of these, its name gets the prefix "input_", with a note. Answers of a row
// without a text are null.
class PredictionWriter {
 public:
  // `task` and `answers` must outlive the writer.
  PredictionWriter(const TextOptions& output, const task::Task& task, const task::AnswerOptions& answers,
                   bool keep_columns);

  // `outputs` are those of block.questions.
  void write(const Block& block, std::span<const task::Outputs> outputs);
  uint64_t rows() const { return output_.rows(); }
  void commit() { output_.commit(); }

 private:
  // A column of the input, and its name in the output.
  struct Column {
    std::string input, output;
  };

  void begin(const table::Rows& rows);
  // `answer`: null for a row without a text.
  void write_json(const std::vector<table::Column>& columns, uint64_t row, const task::Answer* answer);
  void write_csv(const std::vector<table::Column>& columns, uint64_t row, const task::Answer* answer);

  const task::Task& task_;
  const task::AnswerOptions& answers_;
  bool keep_columns_;
  Output output_;
  std::vector<Column> columns_;
  std::vector<std::string> answer_names_;  // members of a JSON line, or columns of csv
};

}  // namespace hone::cli
