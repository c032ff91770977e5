#include "table/label_sets.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <unordered_map>
#include <variant>

#include "base/json.h"
#include "base/names.h"
#include "table/labels.h"

namespace hone::table {

namespace {

// Appends the names of one row. Returns false if one of its cells is null.
class CellReader {
 public:
  CellReader(const Rows& rows, const LabelSetColumns& columns) : rows_(rows), columns_(columns) {
    for (const std::string& name : columns.names) cells_.push_back(rows.column(name));
  }

  bool read(uint64_t row, std::vector<std::string>& names) const {
    if (columns_.are_flags) return read_flags(row, names);
    const Column& column = cells_.front();
    if (column.is_null(row)) return false;
    if (column.type() == ColumnType::kNested) {
      read_list(column, row, names);
    } else {
      read_text(value_text(column.value(row)), names);
    }
    return true;
  }

 private:
  bool read_flags(uint64_t row, std::vector<std::string>& names) const {
    for (const Column& column : cells_) {
      const Value value = column.value(row);
      if (is_null(value)) return false;
      const auto* number = std::get_if<int64_t>(&value);
      const auto* flag = std::get_if<bool>(&value);
      if (flag == nullptr && (number == nullptr || (*number != 0 && *number != 1))) {
        throw Error(ErrorKind::kInput,
                    fmt::format("{}: \"{}\" is {}, not 0 or 1", rows_.location(row), column.name(), value_text(value)),
                    "the target columns of multi-label hold 0 or 1; for numbers give --task regression");
      }
      if (flag != nullptr ? *flag : *number == 1) names.push_back(column.name());
    }
    return true;
  }

  void read_text(std::string_view text, std::vector<std::string>& names) const {
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find(columns_.separator, begin), text.size());
      const std::string_view name = stripped(text.substr(begin, end - begin));
      if (!name.empty()) names.emplace_back(name);
      begin = end + columns_.separator.size();
    }
  }

  void read_list(const Column& column, uint64_t row, std::vector<std::string>& names) const {
    const Json cell = parse_json(column.json(row), rows_.location(row));
    const auto wrong = [&](const std::string& what) {
      return Error(ErrorKind::kInput, fmt::format("{}: \"{}\" {}", rows_.location(row), column.name(), what),
                   "a multi-label cell is a list of names or class ids");
    };
    if (!cell.is_array()) throw wrong("is not a list");
    for (const Json& item : cell) {
      if (!item.is_string() && !item.is_number_integer()) {
        throw wrong(fmt::format("holds {}, which is neither a name nor a class id", item.dump()));
      }
      names.push_back(item.is_string() ? item.get<std::string>() : name_of_id(column, item.get<int64_t>()));
    }
  }

  static std::string name_of_id(const Column& column, int64_t id) {
    const std::vector<std::string>& declared = column.class_names();
    const bool is_declared = id >= 0 && static_cast<size_t>(id) < declared.size();
    return is_declared ? declared[static_cast<size_t>(id)] : std::to_string(id);
  }

  const Rows& rows_;
  const LabelSetColumns& columns_;
  std::vector<Column> cells_;
};

std::unordered_map<std::string, size_t> ids_of(const std::vector<std::string>& names) {
  std::unordered_map<std::string, size_t> ids;
  for (size_t id = 0; id < names.size(); ++id) ids.emplace(names[id], id);
  return ids;
}

bool comes_before(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text) -> std::optional<int64_t> {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
  };
  const auto first = number(a), second = number(b);
  if (first && second) return *first < *second;
  return first.has_value() != second.has_value() ? first.has_value() : a < b;
}

}  // namespace

LabelSets::LabelSets(const Rows& rows, const LabelSetColumns& columns) : rows_(rows) {
  const CellReader cells(rows, columns);
  std::unordered_map<std::string, size_t> ids;
  std::vector<std::string> names;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    names.clear();
    is_missing_.push_back(!cells.read(row, names));
    if (is_missing_.back()) names.clear();
    for (std::string& name : names) {
      const auto [found, is_new] = ids.try_emplace(std::move(name), names_.size());
      if (is_new) names_.push_back(found->first);
      labels_.push_back(static_cast<uint32_t>(found->second));
    }
    begins_.push_back(labels_.size());
  }
}

std::vector<uint8_t> LabelSets::flags(const std::vector<std::string>& known) const {
  const std::unordered_map<std::string, size_t> ids = ids_of(known);
  std::vector<std::optional<size_t>> id_of_name;
  for (const std::string& name : names_) {
    const auto found = ids.find(name);
    id_of_name.push_back(found == ids.end() ? std::nullopt : std::optional(found->second));
  }
  std::vector<uint8_t> flags(size() * known.size());
  for (uint64_t row = 0; row < size(); ++row) {
    for (const uint32_t label : of_row(row)) {
      if (!id_of_name[label]) throw unknown_label(row, names_[label], known);
      flags[row * known.size() + *id_of_name[label]] = 1;
    }
  }
  return flags;
}

Error LabelSets::unknown_label(uint64_t row, const std::string& name, const std::vector<std::string>& known) const {
  constexpr size_t kMaxNamed = 10;
  const auto end = known.begin() + static_cast<ptrdiff_t>(std::min(known.size(), kMaxNamed));
  const auto nearest = nearest_name(name, known);
  return Error(ErrorKind::kInput,
               fmt::format("{}: label \"{}\" is not one of {}{}", rows_.location(row), name,
                           fmt::join(known.begin(), end, ", "), known.size() > kMaxNamed ? ", ..." : ""),
               nearest ? fmt::format("did you mean \"{}\"?", *nearest) : "check --label-column and --label-separator");
}

std::vector<std::string> label_names(std::span<const LabelSets> splits, const LabelSetColumns& columns) {
  std::set<std::string> found;
  for (const LabelSets& split : splits) found.insert(split.names().begin(), split.names().end());
  if (found.size() > LabelMap::kMaxClasses) {
    throw Error(ErrorKind::kInput,
                fmt::format("column \"{}\" holds {} different labels", columns.names.front(), found.size()),
                fmt::format("at most {} labels are supported; check --label-column", LabelMap::kMaxClasses));
  }
  std::vector<std::string> names(found.begin(), found.end());
  std::ranges::stable_sort(names, comes_before);
  return names;
}

}  // namespace hone::table
