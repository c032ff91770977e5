// Collects the cells of text formats into chunks: every cell is kept as text, in one buffer a column. Internal.
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

  // The index of the column with this name, made if there is none; rows before are null there.
  size_t column(std::string_view name);
  size_t num_columns() const { return infos_.size(); }
  // All columns so far. Readers set the types as they see the cells; they outlast finish().
  std::vector<ColumnInfo>& columns() { return infos_; }
  const std::vector<ColumnInfo>& columns() const { return infos_; }

  // The cell of the row being built; a column that gets none is null. Twice in one row: the last one counts not, false.
  bool append(size_t column, std::string_view text);
  bool append_null(size_t column);
  void end_row(uint64_t line);

  int64_t num_rows() const { return num_rows_; }
  bool is_full(uint64_t max_rows) const;
  // The rows since the last finish().
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
