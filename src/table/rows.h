// Rows of named columns. A Rows is a cheap handle: it shares its columns and holds a list of selected rows. The cells
// stay in a mapped file or in Arrow's buffers; only value() and json() copy.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "table/value.h"

namespace hone::table {

struct TableData;  // table_data.h: Arrow's types stay out of this header

// One column of a Rows. Row numbers are those of that Rows. Several threads may read it.
class Column {
 public:
  const std::string& name() const;
  ColumnType type() const;
  // Returns true if text() works: for string columns, and for every column of csv and tsv files ("007" is both text and
  // 7).
  bool has_text() const;
  // Names of the classes 0, 1, ... if the file declares them (ClassLabel of datasets); otherwise empty.
  const std::vector<std::string>& class_names() const;

  bool is_null(uint64_t row) const;
  // Returns the cell's text, or nullopt if it is null. The text is valid as long as any Rows of the table lives. Error
  // (kInput): the column holds no text.
  std::optional<std::string_view> text(uint64_t row) const;
  Value value(uint64_t row) const;
  // Returns the cell as JSON, including nested values; "null" if it is null.
  std::string json(uint64_t row) const;

 private:
  friend class Rows;
  std::shared_ptr<const TableData> data_;
  std::shared_ptr<const std::vector<uint64_t>> selection_;
  size_t index_ = 0;
};

class Rows {
 public:
  Rows();  // no rows, no columns
  explicit Rows(std::shared_ptr<const TableData> data);

  uint64_t size() const;
  bool empty() const { return size() == 0; }
  const std::vector<std::string>& column_names() const;
  bool has_column(std::string_view name) const;
  // Error (kInput): an unknown name; the hint has the nearest one and lists all.
  Column column(std::string_view name) const;

  // The same as the methods of Column. To read many rows, call column() once.
  std::optional<std::string_view> text(uint64_t row, std::string_view column_name) const;
  Value value(uint64_t row, std::string_view column_name) const;
  std::string json(uint64_t row, std::string_view column_name) const;

  // Returns "train.csv:17" with the line where the record starts; for formats without lines "train.parquet: row 17",
  // counted from 0.
  std::string location(uint64_t row) const;

  // Returns the path of the first row's file, or "" if there are no rows.
  std::string source() const;

  // Returns the rows with these numbers, in this order; a number may occur twice.
  Rows select(std::span<const uint64_t> rows) const;
  // Returns the first n rows, or all if there are fewer.
  Rows take(uint64_t n) const;
  // Returns the rows in the order of shuffle(seed) of HF datasets.
  Rows shuffle(uint64_t seed) const;

 private:
  uint64_t source_row(uint64_t row) const;

  std::shared_ptr<const TableData> data_;
  std::shared_ptr<const std::vector<uint64_t>> selection_;  // null: all rows of data_
};

}  // namespace hone::table
