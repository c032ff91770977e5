#include "data/probability_file.h"

#include <fmt/ranges.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "data/npy.h"
#include "table/read.h"

namespace hone::data {

namespace {

constexpr double kRangeTolerance = 1e-6;  // cleanlab accepts values beyond 0 and 1 by this much
constexpr double kSumTolerance = 1e-2;    // rows whose sum differs more are probably no probabilities of classes

void check_num_rows(const std::filesystem::path& path, uint64_t found, const LabelledRows& rows) {
  if (found == rows.rows.size()) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{} holds {}, but the files hold {}", path.string(), counted(found, "row"), rows.rows.size()),
              "give probabilities for every row of the files, in their order");
}

// The names that the column of a class may have: its own, and that of a model for the classes 0, 1, ...
std::vector<std::string> names_of_class(const LabelledRows& rows, size_t id) {
  return {rows.classes[id], "LABEL_" + rows.classes[id]};
}

Error missing_class(const std::filesystem::path& path, const std::string& name, const std::vector<std::string>& known) {
  return Error(ErrorKind::kInput, fmt::format("{} has no probabilities of the class \"{}\"", path.string(), name),
               fmt::format("name the columns score_CLASS or CLASS; the columns are {}", fmt::join(known, ", ")));
}

// `place` returns where the value is.
template <typename Place>
double checked(double value, const Place& place, const std::string& name) {
  if (value >= -kRangeTolerance && value <= 1 + kRangeTolerance) return value;
  throw Error(ErrorKind::kInput, fmt::format("{}: the probability of \"{}\" is {}", place(), name, value),
              "probabilities are numbers from 0 to 1");
}

double probability_of(const table::Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<double>(*number);
  return NAN;
}

using ReadRow = std::function<void(uint64_t row, std::span<double> values)>;

ClassProbabilities read_with(const ReadRow& read, const LabelledRows& rows) {
  ClassProbabilities result{rows.classes.size(), std::vector<double>(rows.numbers.size() * rows.classes.size())};
  uint64_t num_odd = 0;
  for (size_t i = 0; i < rows.numbers.size(); ++i) {
    const auto values = std::span(result.values).subspan(i * result.num_classes, result.num_classes);
    read(rows.numbers[i], values);
    double sum = 0;
    for (const double value : values) sum += value;
    num_odd += std::abs(sum - 1) > kSumTolerance;
  }
  if (num_odd > 0) {
    log_warning("the probabilities of {} do not sum to 1: they may not be those of one class for each row",
                counted(num_odd, "row"));
  }
  return result;
}

ClassProbabilities read_matrix(const std::filesystem::path& path, const LabelledRows& rows) {
  const Matrix matrix = read_npy(path);
  check_num_rows(path, matrix.num_rows, rows);
  if (matrix.num_columns != rows.classes.size()) {
    throw Error(ErrorKind::kInput,
                fmt::format("{} has {}, but the rows have {}", path.string(), counted(matrix.num_columns, "column"),
                            counted(rows.classes.size(), "class")),
                fmt::format("the columns are the classes in this order: {}", fmt::join(rows.classes, ", ")));
  }
  const auto read = [&](uint64_t row, std::span<double> values) {
    const auto place = [&] { return fmt::format("{}: row {}", path.string(), row); };
    for (size_t k = 0; k < values.size(); ++k) {
      values[k] = checked(matrix.values[row * matrix.num_columns + k], place, rows.classes[k]);
    }
  };
  return read_with(read, rows);
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

// Reads objects such as {"NEGATIVE": 0.1, "POSITIVE": 0.9}.
ClassProbabilities read_objects(const std::filesystem::path& path, const table::Rows& file, const LabelledRows& rows) {
  const table::Column column = file.column("scores");
  const auto read = [&](uint64_t row, std::span<double> values) {
    const auto place = [&] { return file.location(row); };
    const Json scores = Json::parse(column.json(row), nullptr, false);
    for (size_t k = 0; k < values.size(); ++k) {
      const Json* found = nullptr;
      for (const std::string& name : names_of_class(rows, k)) {
        if (found == nullptr && scores.is_object() && scores.contains(name)) found = &scores[name];
      }
      if (found == nullptr) throw missing_class(place(), rows.classes[k], keys_of(scores));
      values[k] = checked(found->is_number() ? found->get<double>() : NAN, place, rows.classes[k]);
    }
  };
  check_num_rows(path, file.size(), rows);
  return read_with(read, rows);
}

table::Column column_of_class(const std::filesystem::path& path, const table::Rows& file, const LabelledRows& rows,
                              size_t id) {
  for (const std::string& name : names_of_class(rows, id)) {
    for (const std::string& column : {"score_" + name, name}) {
      if (file.has_column(column)) return file.column(column);
    }
  }
  throw missing_class(path, rows.classes[id], file.column_names());
}

ClassProbabilities read_columns(const std::filesystem::path& path, const table::Rows& file, const LabelledRows& rows) {
  std::vector<table::Column> columns;
  for (size_t id = 0; id < rows.classes.size(); ++id) columns.push_back(column_of_class(path, file, rows, id));
  check_num_rows(path, file.size(), rows);
  const auto read = [&](uint64_t row, std::span<double> values) {
    const auto place = [&] { return file.location(row); };
    for (size_t k = 0; k < values.size(); ++k) {
      values[k] = checked(probability_of(columns[k].value(row)), place, rows.classes[k]);
    }
  };
  return read_with(read, rows);
}

}  // namespace

ClassProbabilities read_probabilities(const std::filesystem::path& path, const LabelledRows& rows) {
  if (path.extension() == ".npy") return read_matrix(path, rows);
  const table::Rows file = table::read_rows(path);
  const bool has_objects = file.has_column("scores") && file.column("scores").type() == table::ColumnType::kNested;
  return has_objects ? read_objects(path, file, rows) : read_columns(path, file, rows);
}

}  // namespace hone::data
