// Rows of named columns, as read from a file: a cheap handle on shared columns and a list of selected rows. Cells are
// looked at in place (a mapped file or Arrow's buffers); nothing is copied but what value() and json() return.
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

// One column of a Rows, looked up once. Row numbers are those of the Rows it came from. Safe to read from many threads.
class Column {
 public:
  const std::string& name() const;
  ColumnType type() const;
  // True where text() works: string columns, and every column of csv and tsv files (there "007" is text and 7).
  bool has_text() const;
  // Names of the classes 0, 1, ... where the file declares them (datasets' ClassLabel); otherwise empty.
  const std::vector<std::string>& class_names() const;

  bool is_null(uint64_t row) const;
  // The cell's text; nullopt: null. Valid as long as any Rows of the table. Error (kInput): the column holds no text.
  std::optional<std::string_view> text(uint64_t row) const;
  Value value(uint64_t row) const;
  // The cell as JSON, "null" for null; nested values whole.
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
  // Error (kInput) for an unknown name, with the nearest one and the list.
  Column column(std::string_view name) const;

  // As Column's; for many rows take column() once.
  std::optional<std::string_view> text(uint64_t row, std::string_view column_name) const;
  Value value(uint64_t row, std::string_view column_name) const;
  std::string json(uint64_t row, std::string_view column_name) const;

  // "train.csv:17": the line where the record starts; "train.parquet: row 17", counted from 0, where there are no
  // lines.
  std::string location(uint64_t row) const;

  // The file that the first row comes from, or "" if there are no rows.
  std::string source() const;

  // The rows with these numbers, in this order; a number may come twice.
  Rows select(std::span<const uint64_t> rows) const;
  // The first n (all if fewer).
  Rows take(uint64_t n) const;
  // The rows in the order that HF datasets' shuffle(seed) gives.
  Rows shuffle(uint64_t seed) const;

 private:
  uint64_t source_row(uint64_t row) const;

  std::shared_ptr<const TableData> data_;
  std::shared_ptr<const std::vector<uint64_t>> selection_;  // null: all rows of data_
};

}  // namespace hone::table
