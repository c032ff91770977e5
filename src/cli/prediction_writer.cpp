#include "cli/prediction_writer.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/log.h"

namespace hone::cli {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string json_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Returns the cell as text if the input has it as text, so that a csv cell "007" stays "007".
table::Value cell_of(const table::Column& column, uint64_t row) {
  if (column.is_null(row)) return {};
  if (!column.has_text()) return column.value(row);
  return std::string(column.text(row).value_or(""));
}

}  // namespace

PredictionWriter::PredictionWriter(const TextOptions& output, const task::Task& task,
                                   const task::AnswerOptions& answers, bool keep_columns)
    : task_(task), answers_(answers), keep_columns_(keep_columns), output_(output) {}

void PredictionWriter::begin(const table::Rows& rows) {
  answer_names_ =
      output_.format() == table::RowFormat::kJsonLines ? task_.answer_members() : task_.answer_columns(answers_);
  std::vector<std::string> all;
  for (const std::string& name : keep_columns_ ? rows.column_names() : std::vector<std::string>()) {
    std::string written = name;
    while (contains(answer_names_, written) || contains(all, written)) written.insert(0, "input_");
    if (written != name) log_info("the input's column \"{}\" is written as \"{}\"", name, written);
    columns_.push_back({name, written});
    all.push_back(written);
  }
  all.insert(all.end(), answer_names_.begin(), answer_names_.end());
  output_.begin(std::move(all));
}

void PredictionWriter::write(const Block& block, std::span<const task::Outputs> outputs) {
  if (!output_.has_begun()) begin(block.rows);
  std::vector<table::Column> columns;
  for (const Column& column : columns_) columns.push_back(block.rows.column(column.input));
  for (uint64_t row = 0, next = 0; row < block.rows.size(); ++row) {
    std::unique_ptr<task::Answer> answer;
    if (next < block.row_of.size() && block.row_of[next] == row) {
      answer = task_.answer(block.questions[next], outputs[next], answers_);
      ++next;
    }
    if (output_.format() == table::RowFormat::kJsonLines) {
      write_json(columns, row, answer.get());
    } else {
      write_csv(columns, row, answer.get());
    }
  }
  output_.end_block();
}

void PredictionWriter::write_json(const std::vector<table::Column>& columns, uint64_t row, const task::Answer* answer) {
  std::string line = "{";
  for (size_t i = 0; i < columns.size(); ++i) {
    line += fmt::format("{}: {}, ", json_text(columns_[i].output), columns[i].json(row));
  }
  Json members = Json::object();
  if (answer != nullptr) {
    members = answer->json();
  } else {
    for (const std::string& name : answer_names_) members[name] = nullptr;
  }
  output_.writer().write_json(line + members.dump(-1, ' ', false, Json::error_handler_t::replace).substr(1));
}

void PredictionWriter::write_csv(const std::vector<table::Column>& columns, uint64_t row, const task::Answer* answer) {
  std::vector<table::Value> values;
  for (const table::Column& column : columns) values.push_back(cell_of(column, row));
  std::vector<table::Value> cells =
      answer != nullptr ? answer->cells() : std::vector<table::Value>(answer_names_.size());
  values.insert(values.end(), std::make_move_iterator(cells.begin()), std::make_move_iterator(cells.end()));
  output_.writer().write(values);
}

}  // namespace hone::cli
