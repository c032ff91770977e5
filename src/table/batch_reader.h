// What every format's reader is: chunk after chunk of one file, and the columns seen so far. Internal to the floor.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "table/read.h"
#include "table/table_data.h"

namespace hone::table {

class BatchReader {
 public:
  virtual ~BatchReader() = default;
  // The next rows (about `max_rows` at most where the format allows), or nullopt after the last. Never an empty chunk.
  virtual std::optional<Chunk> next(uint64_t max_rows) = 0;
  // The columns in the file's order, with the types that all rows so far give.
  virtual std::vector<ColumnInfo> columns() const = 0;
};

std::unique_ptr<BatchReader> open_delimited(const std::filesystem::path& path, char delimiter,
                                            const ReadOptions& options);
std::unique_ptr<BatchReader> open_json(const std::filesystem::path& path, const ReadOptions& options);
std::unique_ptr<BatchReader> open_text_lines(const std::filesystem::path& path, const ReadOptions& options);
std::unique_ptr<BatchReader> open_parquet(const std::filesystem::path& path, const ReadOptions& options);
std::unique_ptr<BatchReader> open_arrow(const std::filesystem::path& path, const ReadOptions& options);

}  // namespace hone::table
