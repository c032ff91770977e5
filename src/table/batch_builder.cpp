// One Arrow string builder for each column, and the line of each row.
#include "table/batch_builder.h"

#include "table/arrow_status.h"

namespace hone::table {

namespace {
constexpr uint64_t kFullBytes = uint64_t{1} << 24;
constexpr int64_t kFullRows = int64_t{1} << 16;
constexpr size_t kMaxColumns = 10'000;
}  // namespace

size_t BatchBuilder::column(std::string_view name) {
  const auto [found, is_new] = index_.try_emplace(std::string(name), infos_.size());
  if (is_new) {
    if (infos_.size() == kMaxColumns) {
      throw Error(ErrorKind::kInput, fmt::format("{}: more than {} columns", *source_, kMaxColumns));
    }
    infos_.push_back({std::string(name)});
    cells_.emplace_back();
  }
  return found->second;
}

void BatchBuilder::pad(size_t column) {
  const int64_t missing = num_rows_ - cells_[column].length();
  if (missing > 0) check_arrow(cells_[column].AppendNulls(missing), *source_);
}

bool BatchBuilder::append(size_t column, std::string_view text) {
  if (cells_[column].length() != num_rows_) {
    if (cells_[column].length() > num_rows_) return false;
    pad(column);
  }
  if (text.size() >= static_cast<size_t>(arrow::kBinaryMemoryLimit)) {
    throw Error(ErrorKind::kInput, fmt::format("{}: a cell of {} bytes is too large", *source_, text.size()));
  }
  num_bytes_ += text.size();
  check_arrow(cells_[column].Append(text), *source_);
  return true;
}

bool BatchBuilder::append_null(size_t column) {
  if (cells_[column].length() > num_rows_) return false;
  pad(column);
  check_arrow(cells_[column].AppendNull(), *source_);
  return true;
}

void BatchBuilder::end_row(uint64_t line) {
  check_arrow(lines_.Append(line), *source_);
  ++num_rows_;
}

bool BatchBuilder::is_full(uint64_t max_rows) const {
  return num_bytes_ >= kFullBytes || num_rows_ >= kFullRows || static_cast<uint64_t>(num_rows_) >= max_rows;
}

Chunk BatchBuilder::finish() {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (size_t i = 0; i < infos_.size(); ++i) {
    pad(i);
    const int64_t num_bytes = cells_[i].value_data_length();
    fields.push_back(arrow::field(infos_[i].name, arrow::utf8()));
    arrays.push_back(take_arrow(cells_[i].Finish(), *source_));
    // A full chunk is probably followed by one of the same size, which then grows without being copied.
    if (is_full(UINT64_MAX)) check_arrow(cells_[i].ReserveData(num_bytes), *source_);
  }
  Chunk chunk;
  chunk.batch = arrow::RecordBatch::Make(arrow::schema(fields), num_rows_, std::move(arrays));
  chunk.source = source_;
  chunk.lines = std::static_pointer_cast<arrow::UInt64Array>(take_arrow(lines_.Finish(), *source_));
  chunk.first_row = first_row_;
  first_row_ += static_cast<uint64_t>(num_rows_);
  num_rows_ = 0;
  num_bytes_ = 0;
  return chunk;
}

}  // namespace hone::table
