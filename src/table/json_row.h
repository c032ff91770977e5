// One JSON value as one row. Internal to the floor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "table/batch_builder.h"

namespace hone::table {

// Puts JSON objects into the columns of a BatchBuilder; a list of plain strings becomes the column "text". A column
// holds one type; integers and floats join. Errors (kInput): another type than before, a key twice, no object.
class JsonRow {
 public:
  JsonRow(BatchBuilder& builder, std::string source);

  // Parses `text`, which begins at this line and column of the source, and adds it as a row. Errors: the syntax, too.
  void add(std::string_view text, uint64_t line, uint64_t column);
  // From here on errors say "row 3" instead of a line.
  void locate_by_row() { by_row_ = true; }
  // Adds one cell to the row being built; `line` may be a row's number, see locate_by_row.
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
  size_t next_column_ = 0;  // where the next key stood in the row before: rows mostly repeat their keys' order
};

// `element` as the type of a column.
ColumnType json_type(simdjson::dom::element element);

}  // namespace hone::table
