#include "data/labelled_rows.h"

#include "base/counted.h"
#include "base/error.h"
#include "data/label_issues.h"
#include "table/columns.h"
#include "table/labels.h"
#include "table/read.h"

namespace hone::data {

namespace {

// Counts the rows that are skipped for one reason.
struct SkippedRows {
  uint64_t count = 0;
  std::string first;

  void add(const std::string& location) {
    if (count++ == 0) first = location;
  }
  void note(std::string_view missing, std::vector<std::string>& notes) const {
    if (count > 0)
      notes.push_back(fmt::format("skipped {} without {}, the first: {}", counted(count, "row"), missing, first));
  }
};

// The classes as their cells name them: 0 and 1, where the model's names would be LABEL_0 and LABEL_1.
std::vector<std::string> class_names(const table::LabelMap& map) {
  if (map.is_named()) return map.id2label();
  std::vector<std::string> names;
  for (int64_t id = 0; id < map.size(); ++id) names.push_back(std::to_string(id));
  return names;
}

void take_rows(const table::LabelMap& map, LabelledRows& result) {
  const RowTexts texts(result.rows, result.columns.text);
  const table::LabelReader reader = map.reader(result.rows, *result.columns.label);
  SkippedRows without_text, without_label;
  std::string scratch;
  for (uint64_t row = 0; row < result.rows.size(); ++row) {
    if (table::is_blank(texts.text(row, scratch).value_or(""))) {
      without_text.add(result.rows.location(row));
    } else if (!reader.problem(row).empty()) {
      without_label.add(result.rows.location(row));
    } else {
      result.numbers.push_back(row);
      result.labels.push_back(reader.id_at(row));
    }
  }
  without_text.note("a text", result.notes);
  without_label.note("a label", result.notes);
}

}  // namespace

LabelledRows read_labelled_rows(const InputOptions& options) {
  LabelledRows result;
  result.rows = table::read_rows(input_files(options), read_options(options));
  result.columns = choose_columns(result.rows, options);
  result.columns.label = table::choose_label_column(result.rows, options.label_column);
  const table::LabelMap map = table::LabelMap::decide(result.rows, *result.columns.label);
  result.classes = class_names(map);
  result.notes = map.notes();
  result.notes.insert(result.notes.end(), map.warnings().begin(), map.warnings().end());
  take_rows(map, result);
  if (result.numbers.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: no row has a text and a label", result.rows.source()),
                "choose the columns with --text-column and --label-column");
  }
  check_several_labels(result.labels);
  return result;
}

}  // namespace hone::data
