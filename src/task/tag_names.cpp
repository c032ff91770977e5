#include "task/tag_names.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "base/error.h"
#include "metric/tags.h"

namespace hone::task {

namespace {

// The tags of the rows, or the labels of their spans.
std::set<std::string> names_in(const table::Rows& rows, const table::TaggedColumns& columns) {
  const table::TaggedRowReader reader(rows, columns);
  std::set<std::string> found;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    const std::optional<table::TaggedRow> read = reader.read(row);
    if (!read) continue;
    found.insert(read->tags.begin(), read->tags.end());
    for (const table::TaggedSpan& span : read->spans) found.insert(span.label);
  }
  found.erase("");
  if (found.size() <= table::LabelMap::kMaxClasses) return found;
  throw Error(ErrorKind::kInput, fmt::format("column \"{}\" holds {} different tags", columns.tags, found.size()),
              fmt::format("at most {} tags are supported; check --label-column", table::LabelMap::kMaxClasses));
}

bool are_unnamed(const table::Rows& rows, const table::TaggedColumns& columns) {
  const table::TaggedRowReader reader(rows, columns);
  for (uint64_t row = 0; row < rows.size(); ++row) {
    if (reader.are_unnamed(row)) return true;
  }
  return false;
}

// The names 0 to the highest id.
std::vector<std::string> id_names(const std::set<std::string>& found) {
  int64_t highest = 0;
  for (const std::string& name : found) {
    int64_t id = 0;
    std::from_chars(name.data(), name.data() + name.size(), id);
    highest = std::max(highest, id);
  }
  std::vector<std::string> names;
  for (int64_t id = 0; id <= highest && names.size() < table::LabelMap::kMaxClasses; ++id) {
    names.push_back(std::to_string(id));
  }
  return names;
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::ranges::sort(names);
  return names;
}

}  // namespace

TagNames decide_tag_names(const table::Rows& rows, const table::TaggedColumns& columns, const TagNameSources& sources) {
  TagNames decided;
  if (!sources.required.empty()) {
    decided.names = sources.required;
    return decided;
  }
  const std::vector<std::string>& declared = rows.column(columns.tags).class_names();
  const bool has_model_names = !sources.model_names.empty();
  if (columns.are_spans) {
    const std::set<std::string> labels = names_in(rows, columns);
    if (!labels.empty()) decided.names = metric::bio_names({labels.begin(), labels.end()});
  } else if (!declared.empty()) {
    decided.names = declared;
  } else if (!are_unnamed(rows, columns)) {
    const std::set<std::string> found = names_in(rows, columns);
    decided.names.assign(found.begin(), found.end());
  } else if (has_model_names) {
    decided.names = sources.model_names;
  } else {
    decided.names = id_names(names_in(rows, columns));
    decided.warnings.push_back(fmt::format(
        "the tags in \"{}\" are numbers without names, so it is unknown which of them mark entities (--id2label "
        "O,B-person,I-person names them by id)",
        columns.tags));
  }
  if (decided.names.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("no row has a tag in \"{}\"", columns.tags),
                "there is nothing to learn; check --label-column");
  }
  if (!has_model_names || decided.names == sources.model_names) return decided;
  if (sorted(decided.names) == sorted(sources.model_names)) {
    decided.names = sources.model_names;
  } else if (decided.names.size() != sources.model_names.size()) {  // else train says which outputs learn another tag
    decided.warnings.push_back(
        fmt::format("the model was trained for the tags {}; the rows have {}, which replace them",
                    fmt::join(sources.model_names, ", "), fmt::join(decided.names, ", ")));
  }
  return decided;
}

}  // namespace hone::task
