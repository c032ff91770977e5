// Functions that labels.cpp and label_reader.cpp share. Internal to the floor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "table/label_cell.h"

namespace hone::table {

// Returns "a, b, c", or the first 20 labels and "... (5000 in all)".
std::string list_labels(const std::vector<std::string>& labels);

// Returns for each declared name its index in `names`, or -1 if it is missing. If no name matches, compares without
// case, as transformers' run_glue.py does.
std::vector<int64_t> ids_by_name(const std::vector<std::string>& declared, const std::vector<std::string>& names);

// Returns true if the column has a cell that is not missing, and all such cells are -1.
bool is_all_marked(const LabelCellReader& cells, uint64_t num_rows);

}  // namespace hone::table
