#include "table/labels.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "base/error.h"
#include "base/json.h"
#include "base/label_names.h"
#include "table/label_lists.h"

namespace hone::table {

namespace {

using Names = std::vector<std::string>;

// The distinct labels of one or more splits, each with the location of its first row.
class DistinctLabels {
 public:
  struct Found {
    std::optional<LabelInteger> integer;
    std::string place;
  };

  // Reads one split. Ignores a split that marks all its rows as unlabelled.
  void add(const Rows& rows, std::string_view column_name) {
    const LabelCellReader cells(rows.column(column_name));
    if (is_all_marked(cells, rows.size())) return;
    std::string_view last;  // avoids repeated look-ups of equal texts in a row
    for (uint64_t row = 0; row < rows.size(); ++row) {
      const LabelCell cell = cells.read(row);
      if (cell.kind == LabelCell::Kind::kMissing) continue;
      if (!cell.text.empty() && cell.text == last) continue;
      last = cell.text;
      if (cell.kind == LabelCell::Kind::kNumber) throw fraction(rows, row, cells);
      add(rows, row, column_name, cell);
    }
  }

  const std::map<std::string, Found>& by_name() const { return found_; }
  bool empty() const { return found_.empty(); }
  bool all_flags() const { return all_flags_; }
  bool all_integers() const { return all_integers_; }

  // Returns the integers in numeric order, with their locations.
  std::map<LabelInteger, std::string> integers() const {
    std::map<LabelInteger, std::string> result;
    for (const auto& [name, found] : found_) {
      if (found.integer) result.emplace(*found.integer, found.place);
    }
    return result;
  }

 private:
  static Error fraction(const Rows& rows, uint64_t row, const LabelCellReader& cells) {
    return Error(ErrorKind::kInput,
                 fmt::format("{}: label {} in column \"{}\" is a fraction, not a class", rows.location(row),
                             cells.text(row), cells.column().name()),
                 "classes are integers or texts; to predict numbers give --task regression");
  }

  void add(const Rows& rows, uint64_t row, std::string_view column_name, const LabelCell& cell) {
    std::string name = cell.name();
    if (!seen_.insert(name).second) return;
    all_flags_ = all_flags_ && cell.kind == LabelCell::Kind::kFlag;
    all_integers_ = all_integers_ && cell.integer;
    found_.emplace(std::move(name), Found{cell.integer, rows.location(row)});
    if (found_.size() <= LabelMap::kMaxClasses) return;
    throw Error(ErrorKind::kInput,
                fmt::format("column \"{}\" holds more than {} different labels", column_name, LabelMap::kMaxClasses),
                "check that this is the label column; --label-column names another one");
  }

  std::unordered_set<std::string> seen_;
  std::map<std::string, Found> found_;
  bool all_flags_ = true, all_integers_ = true;
};

Error no_labels(std::string_view label_column) {
  return Error(ErrorKind::kInput,
               fmt::format("column \"{}\" holds no label: every cell is null, blank or -1", label_column),
               "choose the label column with --label-column, or use rows that have labels");
}

Error option_error(std::string_view text, std::string_view what) {
  return Error(ErrorKind::kUsage, fmt::format("id2label \"{}\": {}", text, what),
               "write the names in the order of their ids, for example NEGATIVE,POSITIVE or {\"0\": \"NEGATIVE\", "
               "\"1\": \"POSITIVE\"}");
}

Names names_of_json(std::string_view text) {
  const Json json = parse_json(text, "id2label");
  Names names(json.size());
  std::vector<bool> named(json.size(), false);
  int64_t position = 0;
  for (const auto& [key, value] : json.items()) {
    const auto id = json.is_array() ? std::optional<LabelInteger>(position++) : canonical_integer(key);
    if (!id || *id < 0 || *id >= static_cast<LabelInteger>(names.size())) {
      throw option_error(text, fmt::format("the ids should be 0 to {}, but there is \"{}\"", names.size() - 1, key));
    }
    if (!value.is_string()) throw option_error(text, fmt::format("the name of {} is not a text", key));
    names[static_cast<size_t>(*id)] = value.get<std::string>();
  }
  return names;
}

bool holds_all(const Names& names, const Names& wanted) {
  const std::unordered_set<std::string> known(names.begin(), names.end());
  return std::ranges::all_of(wanted, [&](const std::string& name) { return known.contains(name); });
}

// Returns a note about labels with white space around them, which LabelMap ignores.
std::string trimming_note(const LabelCellReader& cells, const Rows& rows) {
  uint64_t count = 0, first = 0;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    if (cells.read(row).is_trimmed && count++ == 0) first = row;
  }
  if (count == 0) return "";
  return fmt::format("ignored white space around {} label{} in column \"{}\" (the first: {})", count,
                     count == 1 ? "" : "s", cells.column().name(), rows.location(first));
}

bool is_numbered(const Names& names) { return names == default_labels(static_cast<int64_t>(names.size())); }

}  // namespace

// The steps of LabelMap::decide.
class LabelDecision {
 public:
  LabelDecision(std::span<const LabelledSplit> splits, std::string_view column, const LabelSources& sources)
      : splits_(splits), column_(column), sources_(sources) {}

  LabelMap decide() const {
    if (!sources_.names.empty()) return with_num_labels(from_given_names());
    LabelMap labels = with_num_labels(from_rows());
    adopt_model_names(labels);
    return labels;
  }

 private:
  // A trained head keeps its order of classes. Ids in the cells follow the order that the user gave.
  LabelMap from_given_names() const {
    LabelMap labels(sources_.names, true);
    const Names& model = sources_.model_names;
    if (model.size() != sources_.names.size() || model == sources_.names || !holds_all(model, sources_.names)) {
      return labels;
    }
    LabelMap ordered(model, true);
    for (const std::string& name : sources_.names) ordered.cell_ids_.push_back(*ordered.id(name));
    ordered.notes_.push_back(
        fmt::format("the model was trained with the same classes in another order, which is kept: {}; ids in the "
                    "label column follow id2label",
                    list_labels(model)));
    return ordered;
  }

  LabelMap from_rows() const {
    for (const LabelledSplit& split : splits_) {
      const Names& declared = split.rows.column(column_).class_names();
      if (split.decides_labels && !declared.empty()) return LabelMap::from_names(declared);
    }
    return from_cells();
  }

  LabelMap from_cells() const {
    DistinctLabels labels;
    labels.add(splits_.front().rows, column_);
    if (labels.empty()) throw no_labels(column_);
    if (labels.all_flags()) return LabelMap({"False", "True"}, false);
    if (labels.all_integers()) return from_integers(labels.integers());
    Names names;
    for (const auto& [name, found] : labels.by_name()) names.push_back(name);
    return LabelMap(std::move(names), false);
  }

  // Integers of all splits that decide labels become classes. Texts become classes only if a training row has them,
  // because a text that only evaluation rows have is most likely misspelt.
  LabelMap from_integers(std::map<LabelInteger, std::string> integers) const {
    Names warnings;
    for (const LabelledSplit& split : splits_.subspan(1)) {
      if (!split.decides_labels) continue;
      DistinctLabels others;
      others.add(split.rows, column_);
      Names added;
      std::string place;
      for (const auto& [integer, where] : others.integers()) {
        if (!integers.emplace(integer, where).second) continue;
        if (added.empty()) place = where;
        added.push_back(integer_text(integer));
      }
      if (added.empty()) continue;
      warnings.push_back(fmt::format("no training row has the label{} {}, which {} rows hold (the first: {})",
                                     added.size() == 1 ? "" : "s", list_labels(added), split.name, place));
    }
    LabelMap labels = numbered(integers);
    labels.warnings_ = std::move(warnings);
    return labels;
  }

  LabelMap numbered(const std::map<LabelInteger, std::string>& integers) const {
    const auto count = static_cast<int64_t>(integers.size());
    const LabelInteger first = integers.begin()->first, last = integers.rbegin()->first;
    if (first == 0 && last == count - 1) return LabelMap(default_labels(count), false);
    if (first >= 0 && sources_.num_labels && count < *sources_.num_labels && last < *sources_.num_labels) {
      return LabelMap(default_labels(static_cast<int64_t>(last) + 1), false);
    }
    Names names;
    for (const auto& [integer, place] : integers) names.push_back(integer_text(integer));
    const std::string note = fmt::format("the labels {} get the ids 0 to {}", list_labels(names), count - 1);
    LabelMap labels(std::move(names), false);
    labels.notes_.push_back(note);
    return labels;
  }

  // The user may ask for more classes than the rows hold (for rare classes), but not for fewer.
  LabelMap with_num_labels(LabelMap labels) const {
    if (!sources_.num_labels || *sources_.num_labels == labels.size()) return labels;
    const std::string found = fmt::format("num_labels is {}, but column \"{}\" holds {} labels: {}",
                                          *sources_.num_labels, column_, labels.size(), list_labels(labels.id2label()));
    if (!sources_.names.empty()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("num_labels is {}, but id2label has {} names: {}", *sources_.num_labels, labels.size(),
                              list_labels(sources_.names)),
                  "leave num_labels out: id2label says how many there are");
    }
    if (*sources_.num_labels < labels.size() || labels.is_named()) {
      throw Error(ErrorKind::kUsage, found,
                  "leave num_labels out (it is found in the data), or name all labels with --id2label");
    }
    LabelMap more(default_labels(*sources_.num_labels), true);
    more.warnings_ = std::move(labels.warnings_);
    more.warnings_.push_back(fmt::format("{}; the others get no training rows", found));
    return more;
  }

  // Keeps the classes of a trained model, in its order, if the rows hold no other ones.
  void adopt_model_names(LabelMap& labels) const {
    const Names& model = sources_.model_names;
    if (model.empty() || is_numbered(model) || model == labels.id2label()) return;
    if (labels.size() < 2) return;  // the caller reports rows of a single class
    if (std::set(model.begin(), model.end()).size() < model.size()) return;  // equal names name no class
    if (sources_.num_labels && *sources_.num_labels != static_cast<int64_t>(model.size())) return;
    const bool takes_ids = !labels.is_named() && model.size() == labels.id2label().size();
    if (!takes_ids && !(labels.is_named() && fits(labels, model))) return;
    LabelMap adopted(model, true);
    adopted.warnings_ = std::move(labels.warnings_);
    if (takes_ids) {
      adopted.notes_.push_back(
          fmt::format("the labels 0 to {} take the names of the model: {} (--id2label names them "
                      "otherwise)",
                      model.size() - 1, list_labels(model)));
    } else if (model.size() > labels.id2label().size()) {
      adopted.notes_.push_back(fmt::format("the classes of the model are kept: {}; the rows have {} of them",
                                           list_labels(model), labels.size()));
    }
    labels = std::move(adopted);
  }

  static bool fits(const LabelMap& labels, const Names& model) {
    if (!labels.is_declared()) return holds_all(model, labels.id2label());
    return !ids_by_name(labels.id2label(), model).empty() &&
           std::ranges::none_of(ids_by_name(labels.id2label(), model), [](int64_t id) { return id < 0; });
  }

  std::span<const LabelledSplit> splits_;
  std::string_view column_;
  const LabelSources& sources_;
};

LabelMap::LabelMap(Names names, bool declared)
    : names_(std::move(names)), named_(!is_numbered(names_)), declared_(declared) {
  for (size_t i = 0; i < names_.size(); ++i) {
    ids_.emplace(names_[i], static_cast<int64_t>(i));
    has_integer_names_ = has_integer_names_ || canonical_integer(names_[i]);
  }
  // Readers remove the white space around cells.
  for (size_t i = 0; i < names_.size(); ++i) ids_.emplace(stripped(names_[i]), static_cast<int64_t>(i));
}

LabelMap LabelMap::decide(std::span<const LabelledSplit> splits, std::string_view label_column,
                          const LabelSources& sources) {
  LabelMap labels = LabelDecision(splits, label_column, sources).decide();
  for (const LabelledSplit& split : splits) {
    const LabelReader reader(labels, split.rows, label_column);
    if (!reader.warning().empty()) labels.warnings_.push_back(reader.warning());
    std::string note = trimming_note(reader.cells(), split.rows);
    if (!note.empty()) labels.notes_.push_back(std::move(note));
  }
  return labels;
}

LabelMap LabelMap::decide(const Rows& rows, std::string_view label_column, const LabelSources& sources) {
  const LabelledSplit split{"train", rows};
  return decide(std::span(&split, 1), label_column, sources);
}

LabelMap LabelMap::from_names(Names id2label) {
  if (id2label.empty()) throw option_error("", "there are no names");
  std::unordered_set<std::string> seen;
  for (const std::string& name : id2label) {
    if (!name.empty() && seen.insert(name).second) continue;
    throw option_error(list_labels(id2label),
                       name.empty() ? "a name is empty" : fmt::format("\"{}\" occurs twice", name));
  }
  return LabelMap(std::move(id2label), true);
}

std::optional<int64_t> LabelMap::id(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

LabelReader LabelMap::reader(const Rows& rows, std::string_view label_column) const {
  return LabelReader(*this, rows, label_column);
}

std::vector<int64_t> LabelMap::ids(const Rows& rows, std::string_view label_column) const {
  const LabelReader reader(*this, rows, label_column);
  std::vector<int64_t> result;
  result.reserve(rows.size());
  for (uint64_t row = 0; row < rows.size(); ++row) result.push_back(reader.id_at(row));
  return result;
}

std::vector<std::string> label_names_of_option(std::string_view text) {
  const std::string_view list = stripped(text);
  if (list.empty()) throw option_error(text, "there are no names");
  Names names;
  if (list[0] == '{' || list[0] == '[') {
    names = names_of_json(text);
  } else {
    for (size_t begin = 0; begin <= list.size();) {
      const size_t end = std::min(list.find(',', begin), list.size());
      names.emplace_back(stripped(list.substr(begin, end - begin)));
      begin = end + 1;
    }
  }
  return LabelMap::from_names(std::move(names)).id2label();
}

}  // namespace hone::table
