// A .json file that is one object. It holds a list of rows, or a list for each column, or it is a single row. Internal.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "table/json_row.h"

namespace hone::table {

enum class DocumentKind { kRows, kColumns, kOneRow };

struct DocumentLayout {
  DocumentKind kind;
  size_t rows_begin = 0;  // kRows: after the bracket that opens the list of rows
};

// Checks a whole document and finds its kind. kRows: exactly one value is a list of objects ({"version": 1, "data":
// [...]}). kColumns: every value is a list. kOneRow: all others. Errors (kInput): syntax, with line and column.
DocumentLayout document_layout(std::string_view text, std::string_view source, uint64_t line, uint64_t column);

// The rows of an object of lists. Errors (kInput): lists of unequal length.
class JsonColumns {
 public:
  JsonColumns(std::string_view text, const std::string& source);
  // Adds the next row to the builder; returns false after the last.
  bool add_row(BatchBuilder& builder, JsonRow& row);

 private:
  struct List {
    std::string name;
    simdjson::dom::array::iterator next;
  };

  simdjson::dom::parser parser_;
  std::vector<List> lists_;
  uint64_t num_rows_ = 0, row_ = 0;
};

}  // namespace hone::table
