// The columns of all files that are written as one, and their cells as values of these columns.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "table/read.h"
#include "table/value.h"

namespace hone::table {

struct NestedType;  // the type of a column of lists or objects

// A column of all files that are written as one.
struct FileColumn {
  std::string name;
  ColumnType type = ColumnType::kNull;
  std::vector<std::string> class_names;      // of a ClassLabel column; parquet and arrow keep them
  std::shared_ptr<const NestedType> nested;  // for kNested
  bool needs_quotes = false;                 // a text has a tab, a line break or begins with a quotation mark
};

// Reads all files once, in constant memory, and returns the columns that hold the cells of all of them, in the order in
// which they occur. A file that lacks a column has nulls there. Integers that differ from their text, such as "007",
// make a column of text; so do columns of several types, except integers with fractions.
std::vector<FileColumn> scan_columns(std::span<const std::filesystem::path> files, const ReadOptions& options);

// Returns the columns of a table in memory.
std::vector<FileColumn> scan_columns(const Rows& rows);

// Returns the cell as a value of the column's type: a nested cell is its JSON text, and a cell of a column that became
// text is its own text.
Value file_value(const Column& column, uint64_t row, const FileColumn& target);

}  // namespace hone::table
