// The interface of all readers. A reader returns the rows of one file chunk by chunk, and the columns that it has seen.
// Internal to the floor.
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
  // Returns the next rows, or nullopt after the last. A chunk is never empty. It has about `max_rows` rows at most, if
  // the format allows a limit.
  virtual std::optional<Chunk> next(uint64_t max_rows) = 0;
  // Returns the columns in the file's order, with the types that fit all rows so far.
  virtual std::vector<ColumnInfo> columns() const = 0;
};

std::unique_ptr<BatchReader> open_delimited(const std::filesystem::path& path, char delimiter,
                                            const ReadOptions& options);
std::unique_ptr<BatchReader> open_json(const std::filesystem::path& path, const ReadOptions& options);
std::unique_ptr<BatchReader> open_text_lines(const std::filesystem::path& path, const ReadOptions& options);
std::unique_ptr<BatchReader> open_tagged_lines(const std::filesystem::path& path, const ReadOptions& options);
std::unique_ptr<BatchReader> open_parquet(const std::filesystem::path& path, const ReadOptions& options);
std::unique_ptr<BatchReader> open_arrow(const std::filesystem::path& path, const ReadOptions& options);

}  // namespace hone::table
