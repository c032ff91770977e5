#include "data/row_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/counted.h"
#include "base/error.h"
#include "base/output_path.h"
#include "base/terminal.h"

namespace hone::data {

namespace fs = std::filesystem;

namespace {

// Returns rows as paragraphs: the location, then a line for each column.
std::string printed_rows(const table::Rows& rows, const std::vector<std::string>& columns) {
  const std::vector<std::string>& names = columns.empty() ? rows.column_names() : columns;
  size_t width = 0;
  for (const std::string& name : names) width = std::max(width, columns_of(name));
  std::string text;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    text += printable(rows.location(row)) + "\n";
    for (const std::string& name : names) {
      const table::Column column = rows.column(name);
      std::string value = column.is_null(row)                           ? "(missing)"
                          : column.has_text()                           ? std::string(*column.text(row))
                          : column.type() == table::ColumnType::kNested ? column.json(row)
                                                                        : table::value_text(column.value(row));
      value = printable(value);
      const std::string indent = "\n" + std::string(width + 4, ' ');
      for (size_t at = value.find('\n'); at != std::string::npos; at = value.find('\n', at + indent.size())) {
        value.replace(at, 1, indent);
      }
      text += fmt::format("  {}{}  {}\n", printable(name), std::string(width - columns_of(name), ' '), value);
    }
    text += '\n';
  }
  return text;
}

std::string written_text(uint64_t rows, const OutputOptions& options) {
  if (options.output == "-") return "";
  return fmt::format("wrote {} to {}\n", counted(rows, "row"), output_name(options.output));
}

// Prints the rows, or writes them if an output is named.
std::string deliver(const table::Rows& rows, const OutputOptions& options, const std::vector<fs::path>& inputs) {
  if (options.output.empty()) return printed_rows(rows, options.columns);
  check_output(options, options.output, inputs);
  RowOutput output(options, options.output, table::scan_columns(rows));
  output.write_all(rows);
  output.commit();
  return written_text(output.rows(), options);
}

void need_output(const OutputOptions& options) {
  if (!options.output.empty()) return;
  throw Error(ErrorKind::kUsage, "the rows need a file to be written to",
              "name it with --output; - is standard output");
}

// Writes all files one after the other, with a column for the file's name if `source_column` is not empty.
std::string write_files(const InputOptions& input, const OutputOptions& options, const std::string& source_column) {
  need_output(options);
  const std::vector<fs::path> files = input_files(input);
  check_output(options, options.output, files);
  std::vector<table::FileColumn> columns = table::scan_columns(files, read_options(input));
  if (!source_column.empty()) {
    if (std::ranges::find(columns, source_column, &table::FileColumn::name) != columns.end()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("--source-column: the rows already have a column \"{}\"", source_column),
                  "choose another name");
    }
    columns.push_back({source_column, table::ColumnType::kString});
  }
  RowOutput output(options, options.output, std::move(columns));
  const auto source = std::ranges::find(output.columns(), source_column, &table::FileColumn::name);
  const auto source_index = static_cast<size_t>(source - output.columns().begin());
  for (const fs::path& file : files) {
    table::RowReader reader({file}, read_options(input));
    while (const auto rows = reader.next()) {
      RowOutput::Cells cells(output, *rows);
      for (uint64_t row = 0; row < rows->size(); ++row) {
        std::vector<table::Value>& values = cells.values(row);
        if (source_index < values.size()) values[source_index] = file.string();
        output.write(values);
      }
    }
  }
  output.commit();
  return written_text(output.rows(), options);
}

// Files may have different columns only for merge.
void check_same_columns(const InputOptions& input) {
  table::RowReader reader(input_files(input), read_options(input));
  while (reader.next()) {
  }
}

std::vector<uint64_t> rows_of_classes(const table::Rows& rows, const RowSampleOptions& options) {
  const table::Column column = rows.column(table::choose_label_column(rows, options.input.label_column));
  std::map<std::string, int64_t> taken;
  std::vector<uint64_t> chosen;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    const std::string label = label_text(column, row);
    if (!label.empty() && taken[label]++ < options.num_rows) chosen.push_back(row);
  }
  return chosen;
}

uint64_t parsed_row(std::string_view text, std::string_view whole) {
  uint64_t row = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row);
  if (error == std::errc() && end == text.data() + text.size()) return row;
  throw Error(ErrorKind::kUsage, fmt::format("--rows: \"{}\" is not a number or range of rows", whole),
              "for example --rows 0,17,20-25");
}

}  // namespace

std::vector<uint64_t> parsed_rows(const std::vector<std::string>& ranges, uint64_t num_rows) {
  std::vector<uint64_t> rows;
  for (const std::string& range : ranges) {
    const size_t dash = range.find('-');
    const std::string_view text = range;
    const uint64_t first = parsed_row(text.substr(0, dash), range);
    const uint64_t last = dash == std::string::npos ? first : parsed_row(text.substr(dash + 1), range);
    if (last >= num_rows || first > last) {
      throw Error(ErrorKind::kUsage, fmt::format("--rows: {} is not in the {}", range, counted(num_rows, "row")),
                  "rows are counted from 0");
    }
    for (uint64_t row = first; row <= last; ++row) rows.push_back(row);
  }
  return rows;
}

std::string head_rows(const HeadOptions& options) {
  const std::vector<fs::path> files = input_files(options.input);
  table::RowReader reader(files, read_options(options.input));
  auto left = static_cast<uint64_t>(options.num_rows);
  if (options.output.output.empty()) {
    std::string text;
    for (auto rows = reader.next(left); rows; rows = left > 0 ? reader.next(left) : std::nullopt) {
      const table::Rows taken = rows->take(left);
      left -= taken.size();
      text += printed_rows(taken, options.output.columns);
    }
    return text;
  }
  const table::Rows rows = table::read_rows(files, read_options(options.input));
  return deliver(rows.take(left), options.output, files);
}

table::Rows named_rows(const ShowOptions& options) {
  const table::Rows rows = table::read_rows(input_files(options.input), read_options(options.input));
  return rows.select(parsed_rows(options.rows, rows.size()));
}

std::string show_rows(const ShowOptions& options) {
  return deliver(named_rows(options), options.output, input_files(options.input));
}

std::string sample_rows(const RowSampleOptions& options) {
  const std::vector<fs::path> files = input_files(options.input);
  const table::Rows rows = table::read_rows(files, read_options(options.input)).shuffle(options.seed);
  const table::Rows drawn = options.per_class ? rows.select(rows_of_classes(rows, options))
                                              : rows.take(static_cast<uint64_t>(options.num_rows));
  return deliver(drawn, options.output, files);
}

std::string convert_rows(const ConvertOptions& options) {
  need_output(options.output);
  check_same_columns(options.input);
  return write_files(options.input, options.output, "");
}

std::string merge_rows(const MergeOptions& options) {
  return write_files(options.input, options.output, options.source_column);
}

}  // namespace hone::data
