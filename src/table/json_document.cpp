// Parses the whole document (simdjson accepts up to 4 GB).
#include "table/json_document.h"

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "table/json_scan.h"

namespace hone::table {

namespace dom = simdjson::dom;

namespace {

enum class NanNote { kNone, kLogged };

dom::object parse_object(dom::parser& parser, std::string_view text, std::string_view source, uint64_t line,
                         uint64_t column, NanNote note) {
  check_json_depth(text, source);
  dom::object object;
  const simdjson::error_code code = parser.parse(text.data(), text.size()).get(object);
  if (code == simdjson::SUCCESS) return object;
  if (const auto repaired = with_null_for_nan(text);
      repaired && parser.parse(*repaired).get(object) == simdjson::SUCCESS) {
    if (note == NanNote::kLogged) log_info("{}: NaN and Infinity are read as null", source);
    return object;
  }
  if (code == simdjson::CAPACITY) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: an object of lists larger than 4 GB", source),
                "write it as jsonl, an object a line");
  }
  throw json_syntax_error(text, source, line, column);
}

bool is_list_of_objects(dom::element value) {
  if (!value.is_array()) return false;
  const dom::array list = value.get_array();
  return list.begin() != list.end() && (*list.begin()).is_object();
}

// Returns the position after the '[' of the value of `wanted`. The text must be valid JSON.
size_t list_begin(std::string_view text, std::string_view wanted) {
  size_t position = skip_space(text, 0) + 1;
  dom::parser parser;
  for (;;) {
    position = skip_space(text, position);
    const size_t key_end = value_end(text, position);
    const std::string key(parser.parse(text.data() + position, key_end - position).get_string().value());
    const size_t value = skip_space(text, skip_space(text, key_end) + 1);
    if (key == wanted) return value + 1;
    position = skip_space(text, value_end(text, value)) + 1;
  }
}

}  // namespace

DocumentLayout document_layout(std::string_view text, std::string_view source, uint64_t line, uint64_t column) {
  dom::parser parser;
  const dom::object object = parse_object(parser, text, source, line, column, NanNote::kNone);
  size_t lists = 0, lists_of_objects = 0, values = 0;
  std::string rows_key;
  for (const auto [key, value] : object) {
    ++values;
    if (value.is_array()) ++lists;
    if (is_list_of_objects(value)) {
      ++lists_of_objects;
      rows_key = key;
    }
  }
  if (lists_of_objects == 1 && lists == 1) return {DocumentKind::kRows, list_begin(text, rows_key)};
  return {values > 0 && lists == values ? DocumentKind::kColumns : DocumentKind::kOneRow};
}

JsonColumns::JsonColumns(std::string_view text, const std::string& source) {
  const dom::object object = parse_object(parser_, text, source, 1, 1, NanNote::kLogged);
  for (const auto [key, value] : object) {
    const dom::array list = value.get_array();
    uint64_t length = 0;  // array::size() stops counting at 2^24
    for (auto it = list.begin(); it != list.end(); ++it) ++length;
    if (!lists_.empty() && length != num_rows_) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: the list \"{}\" has {} values, but \"{}\" has {}", source, key, length,
                              lists_[0].name, num_rows_),
                  "in an object of lists every list is a column; write rows as a list of objects");
    }
    num_rows_ = length;
    lists_.push_back({std::string(key), list.begin()});
  }
}

bool JsonColumns::add_row(BatchBuilder& builder, JsonRow& row) {
  if (row_ == num_rows_) return false;
  row.locate_by_row();
  for (List& list : lists_) {
    row.add_cell(builder.column(list.name), *list.next, row_);
    ++list.next;
  }
  builder.end_row(row_++);
  return true;
}

}  // namespace hone::table
