// Writes jsonl and csv that Python's json and pandas read back unchanged.
#include "table/writer.h"

#include "base/error.h"
#include "table/row_text.h"

namespace hone::table {

namespace {

constexpr size_t kFullBuffer = size_t{1} << 18;

}  // namespace

RowFormat row_format(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension == ".jsonl" || extension == ".ndjson" || extension == ".json") return RowFormat::kJsonLines;
  if (extension == ".csv") return RowFormat::kCsv;
  throw Error(ErrorKind::kUsage, fmt::format("{}: rows are written as .jsonl or .csv", path.string()),
              "give the output file one of these extensions");
}

RowWriter::RowWriter(const std::filesystem::path& path, RowFormat format, std::vector<std::string> column_names)
    : format_(format), column_names_(std::move(column_names)) {
  file_.emplace(path);
  begin();
}

RowWriter::RowWriter(Stream stream, RowFormat format, std::vector<std::string> column_names)
    : stream_(std::move(stream)), format_(format), column_names_(std::move(column_names)) {
  begin();
}

void RowWriter::begin() {
  if (format_ != RowFormat::kCsv) return;
  for (size_t i = 0; i < column_names_.size(); ++i) {
    if (i > 0) buffer_ += ',';
    append_csv_cell(buffer_, column_names_[i], true);
  }
  buffer_ += '\n';
}

void RowWriter::write(std::span<const Value> values) {
  check_internal(values.size() == column_names_.size(), "a row needs a value for each column");
  if (format_ == RowFormat::kJsonLines) buffer_ += '{';
  for (size_t i = 0; i < values.size(); ++i) {
    if (format_ == RowFormat::kCsv) {
      if (i > 0) buffer_ += ',';
      append_csv_cell(buffer_, value_text(values[i]), std::holds_alternative<std::string>(values[i]));
      continue;
    }
    if (i > 0) buffer_ += ", ";
    append_json_cell(buffer_, Value(column_names_[i]));
    buffer_ += ": ";
    append_json_cell(buffer_, values[i]);
  }
  buffer_ += format_ == RowFormat::kJsonLines ? "}\n" : "\n";
  ++rows_;
  flush_if_full();
}

void RowWriter::write_json(std::string_view object) {
  check_internal(format_ == RowFormat::kJsonLines, "only jsonl holds JSON rows");
  buffer_ += object;
  buffer_ += '\n';
  ++rows_;
  flush_if_full();
}

void RowWriter::flush_if_full() {
  if (buffer_.size() >= kFullBuffer) flush();
}

void RowWriter::flush() {
  file_ ? file_->write(buffer_) : stream_(buffer_);
  buffer_.clear();
}

void RowWriter::commit() {
  flush();
  if (file_) file_->commit();
}

}  // namespace hone::table
