// Writes rows one by one as jsonl or csv, to a stream, or to a file that appears at commit().
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"
#include "table/value.h"

namespace hone::table {

enum class RowFormat { kJsonLines, kCsv };

// Returns the format of the extension: .jsonl, .ndjson, .json -> kJsonLines; .csv -> kCsv. Error (kUsage) for another.
RowFormat row_format(const std::filesystem::path& path);

class RowWriter {
 public:
  // `column_names` are the header of csv, or the keys of jsonl.
  RowWriter(const std::filesystem::path& path, RowFormat format, std::vector<std::string> column_names);
  // Passes the bytes to `stream`.
  using Stream = std::function<void(std::string_view bytes)>;
  RowWriter(Stream stream, RowFormat format, std::vector<std::string> column_names);

  // Writes a row with one value for each column. Null becomes an empty csv cell or JSON null.
  void write(std::span<const Value> values);
  // Writes a row that is already JSON, such as {"label": "POSITIVE", "scores": {...}}. For jsonl only.
  void write_json(std::string_view object);
  uint64_t rows() const { return rows_; }
  // Writes the buffered rows.
  void flush();
  void commit();

 private:
  void begin();
  void flush_if_full();

  std::optional<AtomicFile> file_;  // or a stream
  Stream stream_;
  RowFormat format_;
  std::vector<std::string> column_names_;
  std::string buffer_;
  uint64_t rows_ = 0;
};

}  // namespace hone::table
