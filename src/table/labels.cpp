// Ids of labels. The surprise is what counts as an integer label: 1, 1.0, True and the text "1" are one and the same.
#include "table/labels.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/names.h"

namespace hone::table {

namespace {

constexpr size_t kMostListed = 20;

std::optional<int64_t> integer_in(std::string_view text) {
  const Value value = parse_value(text, ColumnType::kInt);
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  return std::nullopt;
}

// The integer that the cell stands for, if it stands for one.
std::optional<int64_t> integer_of(const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  if (const auto* text = std::get_if<std::string>(&value)) return integer_in(*text);
  const auto* number = std::get_if<double>(&value);
  if (number != nullptr && *number == std::floor(*number) && std::abs(*number) < 1e15) {
    return static_cast<int64_t>(*number);
  }
  return std::nullopt;
}

bool is_blank(const Value& value) {
  if (is_null(value)) return true;
  if (const auto* number = std::get_if<double>(&value)) return std::isnan(*number);
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && text->find_first_not_of(" \t\r\n") == std::string::npos;
}

// The distinct labels of a column.
struct Distinct {
  std::set<std::string> texts;
  std::set<int64_t> integers;
  bool all_integers = true, all_bools = true;

  void add(const Rows& rows, std::string_view column_name) {
    const Column column = rows.column(column_name);
    if (column.type() == ColumnType::kNested) {
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("column \"{}\" holds lists or objects, not one label a row", column_name),
                  "choose a column of integers, booleans or texts");
    }
    std::optional<std::string> last;  // equal labels in a row are looked up once
    for (uint64_t row = 0; row < rows.size(); ++row) {
      if (column.type() == ColumnType::kString && column.text(row) == last && last) continue;
      const Value value = column.value(row);
      if (const auto* text = std::get_if<std::string>(&value)) last = *text;
      if (!is_blank(value)) add(rows, row, column_name, value);
    }
  }

  void add(const Rows& rows, uint64_t row, std::string_view column_name, const Value& value) {
    const std::string text = value_text(value);
    if (texts.contains(text)) return;
    const auto integer = integer_of(value);
    if (!integer && std::holds_alternative<double>(value)) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: label {} in column \"{}\" is a fraction, not a class", rows.location(row), text,
                              column_name),
                  "a score is learned as regression; classes are integers or texts");
    }
    all_bools = all_bools && std::holds_alternative<bool>(value);
    if (integer) integers.insert(*integer);
    all_integers = all_integers && integer;
    texts.insert(text);
    if (texts.size() > LabelMap::kMostClasses) {
      throw Error(ErrorKind::kInput,
                  fmt::format("column \"{}\" holds more than {} different labels", column_name, LabelMap::kMostClasses),
                  "is it the label column?");
    }
  }
};

std::vector<std::string> texts_of(const std::set<int64_t>& integers) {
  std::vector<std::string> texts;
  texts.reserve(integers.size());
  for (const int64_t integer : integers) texts.push_back(std::to_string(integer));
  return texts;
}

std::vector<std::string> made_up_names(size_t count) {
  std::vector<std::string> names;
  names.reserve(count);
  for (size_t i = 0; i < count; ++i) names.push_back(fmt::format("LABEL_{}", i));
  return names;
}

std::string list_names(const std::vector<std::string>& names) {
  if (names.size() <= kMostListed) return fmt::format("{}", fmt::join(names, ", "));
  const std::vector<std::string> first(names.begin(), names.begin() + kMostListed);
  return fmt::format("{}, ... ({} in all)", fmt::join(first, ", "), names.size());
}

Error no_labels(std::string_view label_column) {
  return Error(ErrorKind::kInput,
               fmt::format("column \"{}\" holds no label: every cell is null, blank or -1", label_column),
               "choose the label column, or rows that are labelled");
}

Error option_error(std::string_view text, std::string_view what) {
  return Error(
      ErrorKind::kUsage, fmt::format("id2label \"{}\": {}", text, what),
      "write the names in the order of their ids, as NEGATIVE,POSITIVE, or a JSON object, as {\"0\": \"NEGATIVE\"}");
}

std::vector<std::string> names_of_json(std::string_view text) {
  const Json json = parse_json(text, "id2label");
  std::vector<std::string> names(json.size());
  std::vector<bool> named(json.size(), false);
  size_t position = 0;
  for (const auto& [key, value] : json.items()) {
    const auto id = json.is_array() ? std::optional<int64_t>(position++) : integer_in(key);
    if (!id || *id < 0 || static_cast<size_t>(*id) >= names.size() || named[static_cast<size_t>(*id)]) {
      throw option_error(text, fmt::format("the ids should be 0 to {}, but there is \"{}\"", names.size() - 1, key));
    }
    if (!value.is_string()) throw option_error(text, fmt::format("the name of {} is not a text", key));
    names[static_cast<size_t>(*id)] = value.get<std::string>();
    named[static_cast<size_t>(*id)] = true;
  }
  return names;
}

}  // namespace

LabelMap::LabelMap(std::vector<std::string> names, bool named, std::string note)
    : names_(std::move(names)), named_(named), note_(std::move(note)) {
  for (size_t i = 0; i < names_.size(); ++i) ids_.emplace(names_[i], static_cast<int64_t>(i));
}

LabelMap LabelMap::from_column(const Rows& rows, std::string_view label_column) {
  return from_columns(std::span(&rows, 1), label_column);
}

LabelMap LabelMap::from_columns(std::span<const Rows> splits, std::string_view label_column) {
  Distinct labels;
  for (const Rows& rows : splits) {
    const auto& declared = rows.column(label_column).class_names();
    if (!declared.empty()) return from_names(declared);
    labels.add(rows, label_column);
  }
  if (labels.texts.empty()) throw no_labels(label_column);
  if (labels.all_bools) return LabelMap({"False", "True"}, true, "");
  if (!labels.all_integers) return LabelMap({labels.texts.begin(), labels.texts.end()}, true, "");
  std::set<int64_t>& integers = labels.integers;
  const bool any_unlabelled = *integers.begin() == -1 && (integers.size() == 1 || *std::next(integers.begin()) == 0);
  if (any_unlabelled) integers.erase(integers.begin());
  if (integers.empty()) throw no_labels(label_column);
  const int64_t count = static_cast<int64_t>(integers.size());
  if (*integers.begin() == 0 && *integers.rbegin() == count - 1)
    return LabelMap(made_up_names(integers.size()), false, "");
  std::vector<std::string> names = texts_of(integers);
  const std::string note = fmt::format("the labels {} get the ids 0 to {}", list_names(names), count - 1);
  return LabelMap(std::move(names), true, note);
}

LabelMap LabelMap::from_names(std::vector<std::string> id2label) {
  if (id2label.empty()) throw option_error("", "there are no names");
  std::set<std::string> seen;
  for (const std::string& name : id2label) {
    const std::string all = fmt::format("{}", fmt::join(id2label, ","));
    if (name.empty()) throw option_error(all, "a name is empty");
    if (!seen.insert(name).second) throw option_error(all, fmt::format("\"{}\" occurs twice", name));
  }
  const std::vector<std::string> made_up = made_up_names(id2label.size());
  const bool named = id2label != made_up;
  return LabelMap(std::move(id2label), named, "");
}

LabelMap LabelMap::from_option(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) throw option_error(text, "there are no names");
  if (text[first] == '{' || text[first] == '[') return from_names(names_of_json(text));
  std::vector<std::string> names;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    std::string_view name = text.substr(begin, end - begin);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    names.emplace_back(name);
    begin = end + 1;
  }
  return from_names(std::move(names));
}

std::optional<int64_t> LabelMap::id(const Value& value) const {
  if (is_blank(value)) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&value)) {
    const auto found = ids_.find(*text);
    if (found != ids_.end()) return found->second;
  }
  if (std::holds_alternative<bool>(value)) {
    const auto found = ids_.find(value_text(value));
    if (found != ids_.end()) return found->second;
  }
  const auto integer = integer_of(value);
  if (!integer) return std::nullopt;
  const auto found = ids_.find(std::to_string(*integer));
  if (found != ids_.end()) return found->second;
  const bool names_are_numbers = integer_in(names_[0]).has_value();
  if (names_are_numbers || *integer < 0 || *integer >= size()) return std::nullopt;
  return integer;
}

int64_t LabelMap::id_at(const Rows& rows, uint64_t row, const Column& label_column) const {
  const Value value = label_column.value(row);
  if (const auto found = id(value)) return *found;
  const std::string place = rows.location(row);
  if (is_blank(value)) {
    throw Error(ErrorKind::kInput, fmt::format("{}: there is no label in column \"{}\"", place, label_column.name()),
                "give every row a label, or leave such rows out");
  }
  const std::string text = value_text(value);
  const auto integer = integer_of(value);
  if (integer && !integer_in(names_[0])) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: label {} is not below the number of labels, {}", place, text, size()),
                *integer < 0 ? "labels count from 0; -1 marks rows without a label"
                             : "labels count from 0: set num_labels higher, or correct the row");
  }
  const auto nearest = nearest_name(text, names_);
  throw Error(ErrorKind::kInput, fmt::format("{}: label \"{}\" is not one of {}", place, text, list_names(names_)),
              nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                      : "the labels are those of the training rows, of id2label, or of the model");
}

std::vector<int64_t> LabelMap::ids(const Rows& rows, std::string_view label_column) const {
  const Column column = rows.column(label_column);
  std::vector<int64_t> result;
  result.reserve(rows.size());
  for (uint64_t row = 0; row < rows.size(); ++row) result.push_back(id_at(rows, row, column));
  return result;
}

std::vector<uint64_t> LabelMap::count(const Rows& rows, std::string_view label_column) const {
  const Column column = rows.column(label_column);
  std::vector<uint64_t> result(names_.size(), 0);
  for (uint64_t row = 0; row < rows.size(); ++row) {
    if (const auto found = id(column.value(row))) ++result[static_cast<size_t>(*found)];
  }
  return result;
}

}  // namespace hone::table
