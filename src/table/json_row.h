// Converts JSON values to rows. Internal to the floor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "table/batch_builder.h"

namespace hone::table {

// Adds JSON objects as rows to a BatchBuilder; a plain string becomes a cell of the column "text". A column holds one
// type; integers and floats together become floats. Errors (kInput): another type than before, a repeated key, a row
// that is neither an object nor a string.
class JsonRow {
 public:
  JsonRow(BatchBuilder& builder, std::string source);

  // Parses `text`, which begins at this line and column of the source, and adds it as a row. Reads NaN and Infinity as
  // null, with one note for the file. Errors (kInput): also syntax errors.
  void add(std::string_view text, uint64_t line, uint64_t column);
  // Makes errors name a row number instead of a line.
  void locate_by_row() { by_row_ = true; }
  // Adds one cell to the current row. `line` is a row number after locate_by_row().
  void add_cell(size_t column, simdjson::dom::element cell, uint64_t line);

 private:
  void add_object(simdjson::dom::object object, uint64_t line);
  size_t column_of(std::string_view key);
  std::string place(uint64_t line) const;
  void set_type(size_t column, ColumnType type, uint64_t line);

  BatchBuilder& builder_;
  std::string source_;
  simdjson::dom::parser parser_;
  bool by_row_ = false;
  bool has_seen_nan_ = false;
  size_t next_column_ = 0;  // expected column of the next key: most rows have their keys in the same order
};

// Returns the column type of `element`.
ColumnType json_type(simdjson::dom::element element);

}  // namespace hone::table
