#include "table/numbers.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "table/value.h"

namespace hone::table {

NumberReader::NumberReader(const Rows& rows, const std::vector<std::string>& columns) : rows_(rows) {
  for (const std::string& name : columns) columns_.push_back(rows.column(name));
}

RowNumbers NumberReader::read(uint64_t row) const {
  RowNumbers numbers;
  for (const Column& column : columns_) {
    const Value value = column.value(row);
    const auto* text = std::get_if<std::string>(&value);
    if (is_null(value)) return {.values = {}, .problem = fmt::format("{} is null", column.name())};
    if (text != nullptr && is_blank(*text)) return {.values = {}, .problem = fmt::format("{} is blank", column.name())};
    numbers.values.push_back(number(value, column, row));
  }
  return numbers;
}

double NumberReader::number(const Value& value, const Column& column, uint64_t row) const {
  double result = std::nan("");
  if (const auto* integer = std::get_if<int64_t>(&value)) result = static_cast<double>(*integer);
  if (const auto* large = std::get_if<uint64_t>(&value)) result = static_cast<double>(*large);
  if (const auto* real = std::get_if<double>(&value)) result = *real;
  if (const auto* text = std::get_if<std::string>(&value)) {
    const Value parsed = parse_value(*text, ColumnType::kFloat);
    if (const auto* real = std::get_if<double>(&parsed)) result = *real;
  }
  if (std::isfinite(static_cast<float>(result))) return result;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: \"{}\" is {}, not a {}", rows_.location(row), column.name(), value_text(value),
                          std::isfinite(result) ? "number that single precision holds" : "finite number"),
              "correct the cell or leave it empty (rows with an empty target are skipped); for classes give --task "
              "text-classification");
}

}  // namespace hone::table
