// Uses simdjson's document parser because, unlike the on-demand parser, it also checks nested values.
#include "table/json_row.h"

#include <array>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "table/json_scan.h"

namespace hone::table {

namespace dom = simdjson::dom;

ColumnType json_type(dom::element element) {
  switch (element.type()) {
    case dom::element_type::BOOL:
      return ColumnType::kBool;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
      return ColumnType::kInt;
    case dom::element_type::DOUBLE:
      return ColumnType::kFloat;
    case dom::element_type::STRING:
      return ColumnType::kString;
    case dom::element_type::ARRAY:
    case dom::element_type::OBJECT:
      return ColumnType::kNested;
    default:
      return ColumnType::kNull;
  }
}

JsonRow::JsonRow(BatchBuilder& builder, std::string source) : builder_(builder), source_(std::move(source)) {
  if (parser_.allocate(1 << 12, kMaxJsonDepth) != simdjson::SUCCESS) throw std::bad_alloc();
}

void JsonRow::add(std::string_view text, uint64_t line, uint64_t column) {
  dom::element row;
  simdjson::error_code code = parser_.parse(text.data(), text.size()).get(row);
  if (code != simdjson::SUCCESS) {
    if (const auto repaired = with_null_for_nan(text)) {
      code = parser_.parse(*repaired).get(row);
      if (code == simdjson::SUCCESS && !std::exchange(has_seen_nan_, true)) {
        log_info("{}:{}: NaN and Infinity are read as null", source_, line);
      }
    }
  }
  if (code != simdjson::SUCCESS) {
    Error error = json_syntax_error(text, source_, line, column);
    if (std::string_view(error.what()).ends_with("not valid JSON")) {  // for example a number out of range
      throw Error(ErrorKind::kInput, fmt::format("{}:{}: {}", source_, line, simdjson::error_message(code)));
    }
    throw Error(std::move(error));
  }
  next_column_ = 0;
  if (row.is_object()) {
    add_object(row.get_object(), line);
  } else if (row.is_string()) {
    add_cell(column_of("text"), row, line);
  } else {
    throw Error(ErrorKind::kInput,
                fmt::format("{}:{}: a row should be an object, but this one is {}", source_, line,
                            row.is_array() ? "a list" : "a " + std::string(type_name(json_type(row)))),
                "write each row as {\"text\": \"...\", \"label\": 1}");
  }
  builder_.end_row(line);
}

void JsonRow::add_object(dom::object object, uint64_t line) {
  for (const auto [key, value] : object) add_cell(column_of(key), value, line);
}

size_t JsonRow::column_of(std::string_view key) {
  const size_t expected = next_column_++;
  if (expected < builder_.num_columns() && builder_.columns()[expected].name == key) return expected;
  return builder_.column(key);
}

std::string JsonRow::place(uint64_t line) const {
  return by_row_ ? fmt::format("{}: row {}", source_, line) : fmt::format("{}:{}", source_, line);
}

void JsonRow::set_type(size_t column, ColumnType type, uint64_t line) {
  ColumnInfo& info = builder_.columns()[column];
  if (info.type == type) return;
  const auto is_number = [](ColumnType t) { return t == ColumnType::kInt || t == ColumnType::kFloat; };
  if (info.type == ColumnType::kNull) {
    info.type = type;
  } else if (is_number(info.type) && is_number(type)) {
    info.type = ColumnType::kFloat;
  } else {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"{}\" is of type {} here, but {} in the rows before", place(line), info.name,
                            type_name(type), type_name(info.type)),
                "a column holds values of one type: change them in the file");
  }
}

void JsonRow::add_cell(size_t column, dom::element cell, uint64_t line) {
  const ColumnType type = json_type(cell);
  if (type != ColumnType::kNull) set_type(column, type, line);
  std::array<char, 40> digits;
  const auto text_of = [&digits](auto number) {
    return std::string_view(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
  };
  bool added = false;
  switch (cell.type()) {
    case dom::element_type::NULL_VALUE:
      added = builder_.append_null(column);
      break;
    case dom::element_type::STRING:
      added = builder_.append(column, cell.get_string().value_unsafe());
      break;
    case dom::element_type::BOOL:
      added = builder_.append(column, cell.get_bool().value_unsafe() ? "true" : "false");
      break;
    case dom::element_type::INT64:
      added = builder_.append(column, text_of(cell.get_int64().value_unsafe()));
      break;
    case dom::element_type::UINT64:
      added = builder_.append(column, text_of(cell.get_uint64().value_unsafe()));
      break;
    case dom::element_type::DOUBLE:
      added = builder_.append(column, text_of(cell.get_double().value_unsafe()));
      break;
    default:
      added = builder_.append(column, simdjson::minify(cell));
      break;
  }
  if (!added) {
    throw Error(ErrorKind::kInput, fmt::format("{}: the key \"{}\" occurs twice in this row", place(line),
                                               builder_.columns()[column].name));
  }
}

}  // namespace hone::table
