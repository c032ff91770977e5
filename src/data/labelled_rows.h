// The rows whose labels are checked: those with a text and a label.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/inputs.h"
#include "table/rows.h"

namespace hone::data {

struct LabelledRows {
  table::Rows rows;  // of all files
  RowColumns columns;
  std::vector<std::string> classes;  // names by id: the texts of the label cells, or the names that the file declares
  std::vector<uint64_t> numbers;     // [N]: the rows that have a text and a label, numbered through all files from 0
  std::vector<int64_t> labels;       // [N]: their classes
  std::vector<std::string> notes;    // about skipped rows and about labels
};

// Reads the files. Errors: those of the readers; kInput if there is no label column, no row with a text and a label, or
// only one label; those of table::LabelMap for labels that are no classes.
LabelledRows read_labelled_rows(const InputOptions& options);

}  // namespace hone::data
