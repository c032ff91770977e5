// Collects the cells of text formats into chunks. Keeps every cell as text, in one buffer for each column. Internal.
#pragma once

#include <arrow/builder.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "table/table_data.h"

namespace hone::table {

class BatchBuilder {
 public:
  explicit BatchBuilder(std::shared_ptr<const std::string> source) : source_(std::move(source)) {}

  // Returns the index of the column with this name. Adds the column if it is new; earlier rows are null there.
  size_t column(std::string_view name);
  size_t num_columns() const { return infos_.size(); }
  // All columns so far. Readers set the types while they read cells. finish() does not clear the columns.
  std::vector<ColumnInfo>& columns() { return infos_; }
  const std::vector<ColumnInfo>& columns() const { return infos_; }

  // Adds a cell to the current row; columns without a cell become null. Returns false and keeps the first cell if the
  // row already has one for this column.
  bool append(size_t column, std::string_view text);
  bool append_null(size_t column);
  void end_row(uint64_t line);

  int64_t num_rows() const { return num_rows_; }
  bool is_full(uint64_t max_rows) const;
  // Returns the rows that were added since the last finish().
  Chunk finish();

 private:
  void pad(size_t column);

  std::shared_ptr<const std::string> source_;
  std::vector<ColumnInfo> infos_;
  std::unordered_map<std::string, size_t> index_;
  std::deque<arrow::StringBuilder> cells_;
  arrow::UInt64Builder lines_;
  int64_t num_rows_ = 0;
  uint64_t num_bytes_ = 0, first_row_ = 0;
};

}  // namespace hone::table
