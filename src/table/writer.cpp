// Writes jsonl and csv that Python's json and pandas read back unchanged.
#include "table/writer.h"

#include <nlohmann/json.hpp>

#include <cmath>

#include "base/error.h"
#include "base/json.h"

namespace hone::table {

namespace {

constexpr size_t kFullBuffer = size_t{1} << 18;

// Returns true for null, and for NaN and infinity, which JSON cannot represent.
bool is_json_null(const Value& value) {
  const auto* number = std::get_if<double>(&value);
  return is_null(value) || (number != nullptr && !std::isfinite(*number));
}

void append_json(std::string& to, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    to += Json(*text).dump(-1, ' ', false, Json::error_handler_t::replace);
  } else if (is_json_null(value)) {
    to += "null";
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    to += *flag ? "true" : "false";
  } else {
    to += value_text(value);
  }
}

void append_csv(std::string& to, std::string_view text, bool is_text) {
  const bool needs_quotes = text.find_first_of("\",\n\r") != std::string_view::npos || (is_text && text.empty()) ||
                            text.starts_with(' ') || text.ends_with(' ');
  if (!needs_quotes) {
    to += text;
    return;
  }
  to += '"';
  for (const char c : text) {
    if (c == '"') to += '"';
    to += c;
  }
  to += '"';
}

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
    append_csv(buffer_, column_names_[i], true);
  }
  buffer_ += '\n';
}

void RowWriter::write(std::span<const Value> values) {
  check_internal(values.size() == column_names_.size(), "a row needs a value for each column");
  if (format_ == RowFormat::kJsonLines) buffer_ += '{';
  for (size_t i = 0; i < values.size(); ++i) {
    if (format_ == RowFormat::kCsv) {
      if (i > 0) buffer_ += ',';
      append_csv(buffer_, value_text(values[i]), std::holds_alternative<std::string>(values[i]));
      continue;
    }
    if (i > 0) buffer_ += ", ";
    append_json(buffer_, column_names_[i]);
    buffer_ += ": ";
    append_json(buffer_, values[i]);
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
