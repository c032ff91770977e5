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

PredictionWriter::PredictionWriter(const TextOptions& output, PredictionFormat format)
    : format_(std::move(format)), output_(output) {}

std::vector<std::string> PredictionWriter::prediction_columns() const {
  std::vector<std::string> names = {"label", "score"};
  if (output_.format() == table::RowFormat::kJsonLines) {
    names.insert(names.end(), {"scores", "near_ties"});
  } else if (format_.top_k) {
    for (size_t place = 2; place <= *format_.top_k; ++place) {
      names.insert(names.end(), {fmt::format("label_{}", place), fmt::format("score_{}", place)});
    }
  } else {
    for (const std::string& label : format_.labels) names.push_back("score_" + label);
  }
  return names;
}

void PredictionWriter::begin(const table::Rows& rows) {
  const std::vector<std::string> own = prediction_columns();
  num_prediction_columns_ = own.size();
  std::vector<std::string> all;
  for (const std::string& name : format_.keep_columns ? rows.column_names() : std::vector<std::string>()) {
    std::string written = name;
    while (contains(own, written) || contains(all, written)) written.insert(0, "input_");
    if (written != name) log_info("the input's column \"{}\" is written as \"{}\"", name, written);
    columns_.push_back({name, written});
    all.push_back(written);
  }
  all.insert(all.end(), own.begin(), own.end());
  output_.begin(std::move(all));
}

void PredictionWriter::write(const Block& block, const eval::Predictions& predictions) {
  if (!output_.has_begun()) begin(block.rows);
  std::vector<table::Column> columns;
  for (const Column& column : columns_) columns.push_back(block.rows.column(column.input));
  for (uint64_t row = 0, next = 0; row < block.rows.size(); ++row) {
    std::optional<std::span<const float>> scores;
    if (next < block.row_of.size() && block.row_of[next] == row) scores = predictions.row(next++);
    if (output_.format() == table::RowFormat::kJsonLines) {
      write_json(columns, row, scores);
    } else {
      write_csv(columns, row, scores);
    }
  }
  output_.end_block();
}

void PredictionWriter::write_json(const std::vector<table::Column>& columns, uint64_t row, const Scores& scores) {
  std::string line = "{";
  for (size_t i = 0; i < columns.size(); ++i) {
    line += fmt::format("{}: {}, ", json_text(columns_[i].output), columns[i].json(row));
  }
  const Json prediction = scores ? eval::prediction_json(*scores, format_.labels, format_.function, format_.top_k)
                                 : Json{{"label", nullptr}, {"score", nullptr}, {"scores", nullptr}};
  output_.writer().write_json(line + prediction.dump(-1, ' ', false, Json::error_handler_t::replace).substr(1));
}

void PredictionWriter::write_csv(const std::vector<table::Column>& columns, uint64_t row, const Scores& scores) {
  std::vector<table::Value> values;
  for (const table::Column& column : columns) values.push_back(cell_of(column, row));
  const size_t num_values = values.size() + num_prediction_columns_;
  if (scores) {
    const auto add = [&](size_t id) {
      values.emplace_back(format_.labels[id]);
      values.emplace_back(eval::shortest_double((*scores)[id]));
    };
    for (const size_t id : eval::ranked_labels(*scores, format_.top_k.value_or(1))) add(id);
    if (!format_.top_k) {
      for (const float score : *scores) values.emplace_back(eval::shortest_double(score));
    }
  }
  values.resize(num_values);
  output_.writer().write(values);
}

}  // namespace hone::cli
