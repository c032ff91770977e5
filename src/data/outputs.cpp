#include "data/outputs.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/error.h"
#include "base/output_path.h"

namespace hone::data {

namespace {

void write_to_standard_output(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size()) return;
  throw Error(ErrorKind::kIo, fmt::format("cannot write to standard output: {}", system_message(errno)));
}

std::vector<table::FileColumn> chosen_columns(const std::vector<std::string>& names,
                                              std::vector<table::FileColumn> columns) {
  if (names.empty()) return columns;
  std::vector<std::string> known;
  for (const table::FileColumn& column : columns) known.push_back(column.name);
  std::vector<table::FileColumn> chosen;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(columns, name, &table::FileColumn::name);
    if (found == columns.end()) throw unknown_name(ErrorKind::kInput, "column", name, known);
    chosen.push_back(*found);
  }
  return chosen;
}

std::unique_ptr<table::RowFile> open_output(const std::filesystem::path& path, std::string_view format,
                                            const std::vector<table::FileColumn>& columns) {
  if (is_stream(path) && path == "-") return table::create_row_stream(write_to_standard_output, format, columns);
  return table::create_row_file(path, format, columns);
}

}  // namespace

std::string_view output_format(const OutputOptions& options, const std::filesystem::path& path) {
  if (!options.output_format.empty()) return options.output_format;
  return is_stream(path) ? std::string_view("jsonl") : table::row_file_format(path);
}

void check_format(const OutputOptions& options, const std::filesystem::path& path) {
  const std::string_view format = output_format(options, path);
  if (path == "-") table::check_stream_format(format);
}

void check_output(const OutputOptions& options, const std::filesystem::path& path,
                  std::span<const std::filesystem::path> inputs) {
  for (const auto& input : inputs) check_is_not_input(path, "--output", input, "FILE");
  if (!options.overwrite) check_is_free(path, "--output");
}

RowOutput::RowOutput(const OutputOptions& options, const std::filesystem::path& path,
                     std::vector<table::FileColumn> columns)
    : columns_(
          table::columns_of_format(output_format(options, path), chosen_columns(options.columns, std::move(columns)))),
      file_(open_output(path, output_format(options, path), columns_)) {}

RowOutput::Cells::Cells(const RowOutput& output, const table::Rows& rows) : output_(output) {
  for (const table::FileColumn& column : output.columns_) {
    columns_.push_back(rows.has_column(column.name) ? std::optional(rows.column(column.name)) : std::nullopt);
  }
  values_.resize(columns_.size());
}

std::vector<table::Value>& RowOutput::Cells::values(uint64_t row) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    values_[i] = columns_[i] ? table::file_value(*columns_[i], row, output_.columns_[i]) : table::Value();
  }
  return values_;
}

void RowOutput::write(std::span<const table::Value> values) {
  file_->write(values);
  ++rows_;
}

void RowOutput::write_all(const table::Rows& rows) {
  Cells cells(*this, rows);
  for (uint64_t row = 0; row < rows.size(); ++row) write(cells.values(row));
}

}  // namespace hone::data
