#include "table/tagged_rows.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <span>

#include "base/counted.h"
#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"
#include "table/columns.h"

namespace hone::table {

namespace {

// In order of preference; "ner_tags" first, as transformers' run_ner.py prefers it.
constexpr auto kWordColumns = std::to_array<std::string_view>({"tokens", "words", "token", "word"});
constexpr auto kTagColumns =
    std::to_array<std::string_view>({"ner_tags", "tags", "ner", "labels", "label", "tag", "pos_tags", "chunk_tags"});
constexpr auto kSpanColumns = std::to_array<std::string_view>({"spans", "entities", "labels", "label"});
constexpr auto kSpanLabels = std::to_array<std::string_view>({"label", "type", "tag", "entity_group"});
constexpr int64_t kIgnoredId = -100;  // torch's ignore_index, as collators write it

std::optional<std::string> first_list_column(const Rows& rows, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    if (rows.has_column(name) && rows.column(name).type() == ColumnType::kNested) return std::string(name);
  }
  return std::nullopt;
}

Json cell_of(const Column& column, uint64_t row, const std::string& location) {
  return parse_json(column.json(row), location);
}

bool is_span(const Json& item) {
  if (item.is_object()) return item.contains("start") && item.contains("end");
  return item.is_array() && item.size() == 3 && item[0].is_number() && item[1].is_number();
}

// The first item of the first list that is not empty; null without one.
Json first_item(const Rows& rows, const std::string& column_name) {
  const Column column = rows.column(column_name);
  for (uint64_t row = 0; row < rows.size(); ++row) {
    if (column.is_null(row)) continue;
    const Json cell = cell_of(column, row, rows.location(row));
    if (cell.is_array() && !cell.empty()) return cell.front();
  }
  return nullptr;
}

std::optional<TaggedColumns> find_words(const Rows& rows, std::string_view given_text, std::string_view given_tags) {
  const auto text = given_text.empty() ? first_list_column(rows, kWordColumns) : rows.column(given_text).name();
  const auto tags = given_tags.empty() ? first_list_column(rows, kTagColumns) : rows.column(given_tags).name();
  if (!text || !tags || *text == *tags) return std::nullopt;
  for (const std::string& name : {*text, *tags}) {
    if (rows.column(name).type() != ColumnType::kNested) return std::nullopt;
  }
  return TaggedColumns{*text, *tags, false};
}

std::optional<TaggedColumns> find_spans(const Rows& rows, std::string_view given_text, std::string_view given_tags) {
  std::vector<std::string_view> names(kSpanColumns.begin(), kSpanColumns.end());
  if (!given_tags.empty()) names = {given_tags};
  for (const std::string_view name : names) {
    if (given_tags.empty() && !rows.has_column(name)) continue;
    const Column column = rows.column(name);
    if (column.type() != ColumnType::kNested || !is_span(first_item(rows, column.name()))) continue;
    return TaggedColumns{choose_text_columns(rows, given_text, "").text, column.name(), true};
  }
  return std::nullopt;
}

Error wrong_span(const std::string& location, const std::string& what) {
  return Error(
      ErrorKind::kInput, fmt::format("{}: {}", location, what),
      "a span is {\"start\": 0, \"end\": 12, \"label\": \"person\"} or [0, 12, \"person\"]; start and end count "
      "characters (Unicode code points) of the text, end exclusive; spans do not overlap");
}

// Returns the number if it is whole, not negative and at most `limit`.
std::optional<uint32_t> offset_of(const Json& number, size_t limit) {
  if (!number.is_number_unsigned() || number.get<uint64_t>() > limit) return std::nullopt;
  return number.get<uint32_t>();
}

// Returns the label of a span, or null.
Json label_of(const Json& item) {
  if (item.is_array()) return item[2];
  for (const std::string_view key : kSpanLabels) {
    const auto found = item.find(std::string(key));
    if (found != item.end() && !found->is_null()) return *found;
  }
  return nullptr;
}

// `length`: characters of the text.
TaggedSpan span_of(const Json& item, size_t length, const std::string& location) {
  const std::string shown = shortened(item.dump(), 200);
  if (!is_span(item)) throw wrong_span(location, fmt::format("{} is not a span", shown));
  const Json label = label_of(item);
  if (!label.is_string() || is_blank(label.get_ref<const std::string&>())) {
    throw wrong_span(location, fmt::format("the span {} has no label", shown));
  }
  const auto begin = offset_of(item.is_array() ? item[0] : item["start"], length);
  const auto end = offset_of(item.is_array() ? item[1] : item["end"], length);
  if (begin && end && *begin < *end) return {*begin, *end, label.get<std::string>()};
  throw wrong_span(
      location, fmt::format("the span {} is not inside the text, which has {}", shown, counted(length, "character")));
}

std::string span_text(const TaggedSpan& span) {
  return fmt::format("\"{}\" from {} to {}", span.label, span.begin, span.end);
}

}  // namespace

std::optional<TaggedColumns> find_tagged_columns(const Rows& rows, std::string_view given_text,
                                                 std::string_view given_tags) {
  if (const auto words = find_words(rows, given_text, given_tags)) return words;
  return find_spans(rows, given_text, given_tags);
}

TaggedColumns choose_tagged_columns(const Rows& rows, std::string_view given_text, std::string_view given_tags) {
  if (auto found = find_tagged_columns(rows, given_text, given_tags)) return std::move(*found);
  std::vector<std::string> columns;
  for (const std::string& name : rows.column_names()) {
    columns.push_back(fmt::format("\"{}\" ({})", name, type_name(rows.column(name).type())));
  }
  throw Error(ErrorKind::kInput,
              fmt::format("{}: no columns look like words with tags, or like a text with spans",
                          rows.empty() ? "the rows" : rows.location(0)),
              fmt::format("token classification reads lists \"tokens\" and \"tags\", or \"text\" and \"spans\" (a list "
                          "of {{\"start\", \"end\", \"label\"}}); name them with --text-column and --label-column; the "
                          "columns: {}",
                          fmt::join(columns, ", ")));
}

TaggedRowReader::TaggedRowReader(const Rows& rows, const TaggedColumns& columns, std::vector<std::string> names)
    : rows_(rows),
      are_spans_(columns.are_spans),
      text_(rows.column(columns.text)),
      tags_(rows.column(columns.tags)),
      names_(tags_.class_names().empty() ? std::move(names) : tags_.class_names()) {}

std::optional<TaggedRow> TaggedRowReader::read(uint64_t row) const {
  if (text_.is_null(row) || tags_.is_null(row)) return std::nullopt;
  TaggedRow result;
  are_spans_ ? read_spans(row, result) : read_words(row, result);
  return result;
}

bool TaggedRowReader::are_unnamed(uint64_t row) const {
  if (are_spans_ || !names_.empty() || tags_.is_null(row)) return false;
  const Json tags = cell_of(tags_, row, rows_.location(row));
  return tags.is_array() && std::ranges::any_of(tags, [](const Json& tag) { return tag.is_number_integer(); });
}

void TaggedRowReader::read_words(uint64_t row, TaggedRow& result) const {
  const std::string location = rows_.location(row);
  const auto wrong = [&](const std::string& what) {
    return Error(ErrorKind::kInput, fmt::format("{}: {}", location, what),
                 "a row has a list of words and a list with a tag for each word, such as \"O\" or \"B-person\"");
  };
  const Json words = cell_of(text_, row, location), tags = cell_of(tags_, row, location);
  for (const auto& [cell, column] : {std::pair(&words, &text_), std::pair(&tags, &tags_)}) {
    if (!cell->is_array()) throw wrong(fmt::format("\"{}\" is not a list", column->name()));
  }
  if (words.size() != tags.size()) {
    throw wrong(fmt::format("{} in \"{}\", but {} in \"{}\"", counted(words.size(), "word"), text_.name(),
                            counted(tags.size(), "tag"), tags_.name()));
  }
  for (size_t i = 0; i < words.size(); ++i) {
    if (!words[i].is_string()) throw wrong(fmt::format("word {} is {}, not a text", i + 1, words[i].dump()));
    result.words.push_back(words[i].get<std::string>());
    const Json& tag = tags[i];
    if (tag.is_null() || tag == kIgnoredId) {
      result.tags.emplace_back();
    } else if (tag.is_string() && !is_blank(tag.get_ref<const std::string&>())) {
      result.tags.emplace_back(stripped(tag.get_ref<const std::string&>()));
    } else if (tag.is_number_integer()) {
      result.tags.push_back(name_of_id(row, tag.get<int64_t>()));
    } else {
      throw wrong(fmt::format("the tag of word {} (\"{}\") is {}", i + 1, result.words.back(), tag.dump()));
    }
  }
}

std::string TaggedRowReader::name_of_id(uint64_t row, int64_t id) const {
  if (names_.empty() && id >= 0) return std::to_string(id);
  if (id >= 0 && static_cast<size_t>(id) < names_.size()) return names_[static_cast<size_t>(id)];
  throw Error(
      ErrorKind::kInput,
      fmt::format("{}: tag {} is not an id of {}", rows_.location(row), id, counted(names_.size(), "named tag")),
      "ids count from 0, and -100 marks words without a tag; check --id2label");
}

void TaggedRowReader::read_spans(uint64_t row, TaggedRow& result) const {
  const std::string location = rows_.location(row);
  result.text = std::string(text_.text(row).value_or(std::string_view()));
  const size_t length = count_code_points(result.text);
  const Json list = cell_of(tags_, row, location);
  if (!list.is_array()) throw wrong_span(location, fmt::format("\"{}\" is not a list", tags_.name()));
  for (const Json& item : list) result.spans.push_back(span_of(item, length, location));
  std::ranges::sort(result.spans, {}, &TaggedSpan::begin);
  const auto overlap = std::ranges::adjacent_find(
      result.spans, [](const TaggedSpan& a, const TaggedSpan& b) { return b.begin < a.end; });
  if (overlap == result.spans.end()) return;
  throw wrong_span(location, fmt::format("the spans {} and {} overlap", span_text(*overlap), span_text(overlap[1])));
}

}  // namespace hone::table
