// Writes rows one by one as jsonl or csv; the file appears whole at commit().
#pragma once

#include <filesystem>
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

  // One value a column; null is an empty csv cell and JSON null.
  void write(std::span<const Value> values);
  // A row that is JSON already, as {"label": "POSITIVE", "scores": {...}}; jsonl only.
  void write_json(std::string_view object);
  uint64_t rows() const { return rows_; }
  void commit();

 private:
  void flush_if_full();

  AtomicFile file_;
  RowFormat format_;
  std::vector<std::string> column_names_;
  std::string buffer_;
  uint64_t rows_ = 0;
};

}  // namespace hone::table
