// Writes rows in every format that the table floor reads: csv, tsv, jsonl, json, parquet, arrow, txt and conll. Rows
// that are written and read again are equal (docs/data.md names the exceptions).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
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

class RowFile {
 public:
  virtual ~RowFile() = default;
  // Writes a row with a value for each column (see file_value). Errors: kIo; kInput if the format cannot hold the
  // value.
  virtual void write(std::span<const Value> values) = 0;
  // Completes the file. Without it the file does not appear.
  virtual void commit() = 0;
};

// Names of the formats, which are also the extensions. The compiler compares them with the table of row_file.cpp.
inline constexpr std::array<std::string_view, 8> kRowFileFormatNames = {"csv",     "tsv",   "jsonl", "json",
                                                                        "parquet", "arrow", "txt",   "conll"};

// Returns the format of the extension. Error (kUsage): no or another extension, or a compressed file.
std::string_view row_file_format(const std::filesystem::path& path);

// Returns the columns as a file of this format should get them: csv and tsv hold texts, so that "1.50" stays "1.50".
std::vector<FileColumn> columns_of_format(std::string_view format, std::vector<FileColumn> columns);

// Creates the file under a temporary name. txt holds one column of text, conll the columns "tokens" and "tags". Errors:
// kUsage if the format cannot hold the columns; kIo.
std::unique_ptr<RowFile> create_row_file(const std::filesystem::path& path, std::string_view format,
                                         std::vector<FileColumn> columns);

// The same for standard output or another stream; for formats of text only.
using ByteSink = std::function<void(std::string_view bytes)>;
std::unique_ptr<RowFile> create_row_stream(ByteSink sink, std::string_view format, std::vector<FileColumn> columns);

}  // namespace hone::table
