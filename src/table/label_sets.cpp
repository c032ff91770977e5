#include "table/label_sets.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/json.h"
#include "base/names.h"
#include "table/label_cell.h"
#include "table/labels.h"

namespace hone::table {

namespace {

// Appends the names of one row. Returns false if one of its cells is missing.
class CellReader {
 public:
  CellReader(const Rows& rows, const LabelSetColumns& columns) : rows_(rows), columns_(columns) {
    for (const std::string& name : columns.names) {
      const Column column = rows.column(name);
      if (!columns.are_flags && column.type() == ColumnType::kNested) {
        list_.emplace(column);
      } else {
        cells_.emplace_back(column);
      }
    }
  }

  bool read(uint64_t row, std::vector<std::string>& names) const {
    if (columns_.are_flags) return read_flags(row, names);
    if (list_) {
      if (list_->is_null(row)) return false;
      read_list(*list_, row, names);
      return true;
    }
    const LabelCell cell = cells_.front().read(row);
    if (cell.kind == LabelCell::Kind::kMissing) return false;
    read_text(cell.text.empty() ? cells_.front().text(row) : cell.text, names);
    return true;
  }

 private:
  bool read_flags(uint64_t row, std::vector<std::string>& names) const {
    for (const LabelCellReader& reader : cells_) {
      const LabelCell cell = reader.read(row);
      if (cell.kind == LabelCell::Kind::kMissing) return false;
      const std::optional<bool> flag = cell.flag();
      if (!flag) {
        throw Error(
            ErrorKind::kInput,
            fmt::format("{}: \"{}\" is {}, not 0 or 1", rows_.location(row), reader.column().name(), reader.text(row)),
            "the target columns of multi-label hold 0 or 1; for numbers give --task regression");
      }
      if (*flag) names.push_back(reader.column().name());
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
      if (!item.is_string()) {
        names.push_back(name_of_id(column, item));
      } else if (const std::string text = item.get<std::string>(); !is_blank(text)) {
        names.emplace_back(stripped(text));
      }
    }
  }

  static std::string name_of_id(const Column& column, const Json& id) {
    const std::vector<std::string>& declared = column.class_names();
    const bool is_declared = id.is_number_unsigned() && id.get<uint64_t>() < declared.size();
    return is_declared ? declared[id.get<size_t>()] : id.dump();
  }

  const Rows& rows_;
  const LabelSetColumns& columns_;
  std::optional<Column> list_;
  std::vector<LabelCellReader> cells_;
};

std::unordered_map<std::string, size_t> ids_of(const std::vector<std::string>& names) {
  std::unordered_map<std::string, size_t> ids;
  for (size_t id = 0; id < names.size(); ++id) ids.emplace(names[id], id);
  return ids;
}

bool comes_before(const std::string& a, const std::string& b) {
  const auto first = canonical_integer(a), second = canonical_integer(b);
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
