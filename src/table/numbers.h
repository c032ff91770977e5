// Reads rows of numbers, one for each of several columns.
#pragma once

#include <string>
#include <vector>

#include "table/rows.h"

namespace hone::table {

// The numbers of a row, or why it has none.
struct RowNumbers {
  std::vector<double> values;
  std::string problem;  // "score is null"
};

// `rows` must outlive the reader.
class NumberReader {
 public:
  NumberReader(const Rows& rows, const std::vector<std::string>& columns);

  // Error (kInput): a cell that is neither empty nor a number that is finite in single precision; the message names the
  // row.
  RowNumbers read(uint64_t row) const;

 private:
  double number(const Value& value, const Column& column, uint64_t row) const;

  const Rows& rows_;
  std::vector<Column> columns_;
};

}  // namespace hone::table
