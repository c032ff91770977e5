#include "table/file_columns.h"

#include <algorithm>

#include "base/byte_scan.h"
#include "base/json.h"
#include "table/nested_type.h"

namespace hone::table {

namespace {

// The columns that the cells seen so far need.
class ColumnScan {
 public:
  void see(const Rows& rows) {
    for (const std::string& name : rows.column_names()) see_column(rows.column(name), rows.size());
  }

  std::vector<FileColumn> columns() const {
    std::vector<FileColumn> result;
    for (const Seen& seen : seen_) {
      FileColumn column = seen.column;
      if (column.type == ColumnType::kNested) column.nested = std::make_shared<NestedType>(NestedType{seen.nested});
      result.push_back(std::move(column));
    }
    return result;
  }

 private:
  struct Seen {
    FileColumn column;
    std::shared_ptr<arrow::DataType> nested = arrow::null();
  };

  void see_column(const Column& column, uint64_t num_rows) {
    const auto same = std::ranges::find(seen_, column.name(), [](const Seen& seen) { return seen.column.name; });
    Seen& seen = same != seen_.end() ? *same : seen_.emplace_back(Seen{{column.name()}});
    if (seen.column.class_names.empty()) seen.column.class_names = column.class_names();
    seen.column.type = joined(seen.column.type, column.type());
    if (column.type() == ColumnType::kNested) {
      for (uint64_t row = 0; row < num_rows; ++row) {
        if (!column.is_null(row)) seen.nested = joined_type(seen.nested, type_of_json(Json::parse(column.json(row))));
      }
    } else if (column.has_text()) {
      see_texts(column, num_rows, seen.column);
    } else if (column.type() == ColumnType::kInt) {
      see_integers(column, num_rows, seen.column);
    }
  }

  static ColumnType joined(ColumnType a, ColumnType b) {
    if (a == b || b == ColumnType::kNull) return a;
    if (a == ColumnType::kNull) return b;
    const auto is_number = [](ColumnType type) { return type == ColumnType::kInt || type == ColumnType::kFloat; };
    return is_number(a) && is_number(b) ? ColumnType::kFloat : ColumnType::kString;
  }

  static void see_texts(const Column& column, uint64_t num_rows, FileColumn& seen) {
    const bool are_integers = column.type() == ColumnType::kInt;
    const auto is_break_or_tab = [](ByteLanes bytes) {
      return equals_byte(bytes, '\t') | equals_byte(bytes, '\r') | equals_byte(bytes, '\n');
    };
    for (uint64_t row = 0; row < num_rows; ++row) {
      const auto text = column.text(row);
      if (!text || text->empty()) continue;
      if (!seen.needs_quotes) seen.needs_quotes = text->front() == '"' || has_byte(*text, is_break_or_tab);
      if (!are_integers) continue;
      const Value value = parse_value(*text, ColumnType::kInt);
      if (std::holds_alternative<uint64_t>(value) || value_text(value) != stripped(*text))
        seen.type = ColumnType::kString;
    }
  }

  static void see_integers(const Column& column, uint64_t num_rows, FileColumn& seen) {
    for (uint64_t row = 0; row < num_rows; ++row) {
      if (std::holds_alternative<uint64_t>(column.value(row))) seen.type = ColumnType::kString;
    }
  }

  std::vector<Seen> seen_;
};

}  // namespace

std::vector<FileColumn> scan_columns(std::span<const std::filesystem::path> files, const ReadOptions& options) {
  ColumnScan scan;
  for (const std::filesystem::path& file : files) {
    RowReader reader({file}, options);
    while (const auto rows = reader.next()) scan.see(*rows);
  }
  return scan.columns();
}

std::vector<FileColumn> scan_columns(const Rows& rows) {
  ColumnScan scan;
  scan.see(rows);
  return scan.columns();
}

Value file_value(const Column& column, uint64_t row, const FileColumn& target) {
  if (column.is_null(row)) return {};
  if (target.type == ColumnType::kNested) return column.json(row);
  if (target.type == ColumnType::kString) {
    if (column.has_text()) return std::string(column.text(row).value_or(""));
    return column.type() == ColumnType::kNested ? Value(column.json(row)) : Value(value_text(column.value(row)));
  }
  Value value = column.value(row);
  const auto* integer = std::get_if<int64_t>(&value);
  if (target.type == ColumnType::kFloat && integer != nullptr) return static_cast<double>(*integer);
  return value;
}

}  // namespace hone::table
