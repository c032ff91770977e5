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

#include "table/file_columns.h"

namespace hone::table {

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

// Throws kUsage if a stream cannot take the format.
void check_stream_format(std::string_view format);

}  // namespace hone::table
