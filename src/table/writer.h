// Writes rows one by one as jsonl or csv, to a file that appears whole at commit(), or to a stream.
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

// By the extension: .jsonl, .ndjson, .json -> kJsonLines; .csv -> kCsv. Error (kUsage) for another.
RowFormat row_format(const std::filesystem::path& path);

class RowWriter {
 public:
  // csv: the header is written first. jsonl: the keys, in this order.
  RowWriter(const std::filesystem::path& path, RowFormat format, std::vector<std::string> column_names);
  // Hands the bytes to `stream` as they are made.
  using Stream = std::function<void(std::string_view bytes)>;
  RowWriter(Stream stream, RowFormat format, std::vector<std::string> column_names);

  // One value a column; null is an empty csv cell and JSON null.
  void write(std::span<const Value> values);
  // A row that is JSON already, as {"label": "POSITIVE", "scores": {...}}; jsonl only.
  void write_json(std::string_view object);
  uint64_t rows() const { return rows_; }
  // Writes what is still held back.
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
