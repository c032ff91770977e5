// The section on columns: types, missing and blank cells.
#include <algorithm>

#include "data/report_parts.h"

namespace hone::data {

namespace {

void count_cells(const table::Column& column, uint64_t num_rows, ColumnReport& report) {
  for (uint64_t row = 0; row < num_rows; ++row) {
    if (column.is_null(row)) {
      ++report.missing;
    } else if (column.has_text()) {
      report.blank += table::is_blank(column.text(row).value_or(""));
    }
  }
}

}  // namespace

void ReportBuilder::add_columns() {
  const RowColumns& columns = analysis_.parts()[0].columns;
  report_.text_column = columns.text.text;
  report_.text_pair_column = columns.text.text_pair.value_or("");
  report_.label_column = columns.label.value_or("");
  for (const Analysis::Part& part : analysis_.parts()) {
    for (const std::string& name : part.rows.column_names()) {
      const table::Column column = part.rows.column(name);
      auto found = std::ranges::find(report_.columns, name, &ColumnReport::name);
      if (found == report_.columns.end()) {
        const bool is_text = name == report_.text_column || name == report_.text_pair_column;
        found = report_.columns.insert(found, {name, std::string(table::type_name(column.type())),
                                               is_text                        ? "text"
                                               : name == report_.label_column ? "label"
                                                                              : "",
                                               0, 0});
      }
      count_cells(column, part.rows.size(), *found);
    }
  }
  add_row_finding(
      "missing_text", [&](uint64_t row) { return facts(row).is_null || facts(row).is_blank; }, "--drop-missing");
}

}  // namespace hone::data
