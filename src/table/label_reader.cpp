// LabelReader: finds the class of each cell. Declared in table/labels.h.
#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "base/names.h"
#include "table/label_lists.h"
#include "table/labels.h"

namespace hone::table {

namespace {

constexpr size_t kMaxListed = 20;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return text;
}

std::vector<int64_t> positions(const std::vector<std::string>& wanted, const std::vector<std::string>& names) {
  std::unordered_map<std::string, int64_t> known;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto [found, is_new] = known.emplace(names[i], static_cast<int64_t>(i));
    if (!is_new) found->second = -1;  // two names that differ only in case
  }
  std::vector<int64_t> result;
  result.reserve(wanted.size());
  for (const std::string& name : wanted) {
    const auto found = known.find(name);
    result.push_back(found == known.end() ? -1 : found->second);
  }
  return result;
}

std::vector<std::string> in_lower_case(std::vector<std::string> names) {
  for (std::string& name : names) name = lower(std::move(name));
  return names;
}

bool any_found(const std::vector<int64_t>& ids) {
  return std::ranges::any_of(ids, [](int64_t id) { return id >= 0; });
}

}  // namespace

std::string list_labels(const std::vector<std::string>& labels) {
  if (labels.size() <= kMaxListed) return fmt::format("{}", fmt::join(labels, ", "));
  const std::vector<std::string> first(labels.begin(), labels.begin() + kMaxListed);
  return fmt::format("{}, ... ({} in all)", fmt::join(first, ", "), labels.size());
}

std::vector<int64_t> ids_by_name(const std::vector<std::string>& declared, const std::vector<std::string>& names) {
  std::vector<int64_t> ids = positions(declared, names);
  return any_found(ids) ? ids : positions(in_lower_case(declared), in_lower_case(names));
}

bool is_all_marked(const LabelCellReader& cells, uint64_t num_rows) {
  bool any = false;
  for (uint64_t row = 0; row < num_rows; ++row) {
    const LabelCell cell = cells.read(row);
    if (cell.kind == LabelCell::Kind::kMissing) continue;
    if (cell.integer != LabelInteger{-1}) return false;
    any = true;
  }
  return any;
}

LabelReader::LabelReader(const LabelMap& labels, const Rows& rows, std::string_view label_column)
    : labels_(labels), rows_(rows), cells_(rows.column(label_column)) {
  if (!cells_.column().class_names().empty()) translate_declared();
  if (!labels_.id("-1")) all_marked_ = is_all_marked(cells_, rows_.size());
}

// Fills declared_ids_ by the names that the file and the classes have in common.
void LabelReader::translate_declared() {
  const std::vector<std::string>& declared = cells_.column().class_names();
  declared_ids_ = ids_by_name(declared, labels_.id2label());
  if (any_found(declared_ids_) || declared.size() > labels_.id2label().size()) return;
  if (labels_.is_named() && declared.size() != labels_.id2label().size()) return;
  for (size_t id = 0; id < declared.size(); ++id) declared_ids_[id] = static_cast<int64_t>(id);
  if (!labels_.is_named() || rows_.empty()) return;
  warning_ = fmt::format(
      "{}: column \"{}\" declares the classes {}, none of which is one of {}: their ids are used as "
      "they are",
      rows_.source(), cells_.column().name(), list_labels(declared), list_labels(labels_.id2label()));
}

Label LabelReader::read(uint64_t row) const {
  const LabelCell cell = cells_.read(row);
  if (cell.kind == LabelCell::Kind::kMissing) return {};
  return declared_ids_.empty() ? read_named(cell) : read_declared(cell);
}

// Reads a text as a name of the classes or of the file; if neither has the name, as an integer.
Label LabelReader::read_declared(const LabelCell& cell) const {
  const auto by_name = cell.text.empty() ? std::nullopt : labels_.id(cell.text);
  if (by_name) return {Label::Kind::kClass, *by_name};
  const auto& declared = cells_.column().class_names();
  if (is_mark(cell)) {
    const auto mark = labels_.id("-1");
    return mark ? Label{Label::Kind::kClass, *mark} : Label{Label::Kind::kUnlabelled};
  }
  auto position = cell.integer;
  const auto found = cell.text.empty() ? declared.end() : std::ranges::find(declared, cell.text);
  if (found != declared.end()) position = found - declared.begin();
  if (!position || *position < 0 || *position >= static_cast<LabelInteger>(declared.size())) {
    return {Label::Kind::kUnknown};
  }
  const int64_t id = declared_ids_[static_cast<size_t>(*position)];
  return {id < 0 ? Label::Kind::kUnknown : Label::Kind::kClass, id};
}

// Reads a cell as a name if one matches, else as an id, unless the names are integers themselves.
Label LabelReader::read_named(const LabelCell& cell) const {
  auto id = cell.text.empty() ? std::nullopt : labels_.id(cell.text);
  if (!id && cell.kind == LabelCell::Kind::kFlag) id = labels_.id(cell.name());
  if (!id && cell.integer) id = labels_.id(integer_text(*cell.integer));
  if (id) return {Label::Kind::kClass, *id};
  if (is_mark(cell) && all_marked_) return {Label::Kind::kUnlabelled};
  if (!cell.integer || labels_.has_integer_names_ || *cell.integer < 0 || *cell.integer >= labels_.size()) {
    return {Label::Kind::kUnknown};
  }
  const auto integer = static_cast<size_t>(*cell.integer);
  return {Label::Kind::kClass, labels_.cell_ids_.empty() ? static_cast<int64_t>(integer) : labels_.cell_ids_[integer]};
}

bool LabelReader::is_mark(const LabelCell& cell) { return cell.integer == LabelInteger{-1}; }

std::string LabelReader::problem(uint64_t row) const {
  const std::string& column = cells_.column().name();
  switch (read(row).kind) {
    case Label::Kind::kMissing:
      return fmt::format("{} is {}", column,
                         cells_.column().is_null(row) ? "null"
                         : cells_.column().has_text() ? "blank"
                                                      : "nan");
    case Label::Kind::kUnlabelled:
      return fmt::format("{} is -1", column);
    case Label::Kind::kClass:
    case Label::Kind::kUnknown:
      break;
  }
  return "";
}

int64_t LabelReader::id_at(uint64_t row) const {
  const Label label = read(row);
  if (label.kind == Label::Kind::kClass) return label.id;
  const std::string place = rows_.location(row);
  if (label.kind != Label::Kind::kUnknown) {
    throw Error(ErrorKind::kInput, fmt::format("{}: there is no label in column \"{}\"", place, cells_.column().name()),
                "give every row a label, or remove such rows");
  }
  throw unknown_label(row, place);
}

Error LabelReader::unknown_label(uint64_t row, const std::string& place) const {
  const LabelCell cell = cells_.read(row);
  std::string text = cells_.text(row);
  const auto& declared = cells_.column().class_names();
  if (cell.integer && *cell.integer >= 0 && *cell.integer < static_cast<LabelInteger>(declared.size())) {
    text = declared[static_cast<size_t>(*cell.integer)];
  } else if (cell.integer && !labels_.has_integer_names_) {
    return Error(ErrorKind::kInput,
                 fmt::format("{}: label {} is not below the number of labels, {}", place, text,
                             declared.empty() ? labels_.size() : static_cast<int64_t>(declared.size())),
                 *cell.integer < 0 ? "labels count from 0; if -1 is a class, name it with --id2label in training"
                                   : "labels count from 0: correct the row, or train with a larger --num-labels");
  }
  const auto nearest = nearest_name(text, labels_.id2label());
  return Error(ErrorKind::kInput,
               fmt::format("{}: label \"{}\" is not one of {}", place, text, list_labels(labels_.id2label())),
               nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                       : "the labels are those of the training rows, of id2label, or of the model");
}

}  // namespace hone::table
