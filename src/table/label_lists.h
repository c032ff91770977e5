// What labels.cpp and label_reader.cpp share. Internal to the floor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "table/label_cell.h"

namespace hone::table {

// "a, b, c", or the first 20 and "... (5000 in all)".
std::string list_labels(const std::vector<std::string>& labels);

// The position in `names` of each declared name, -1 if it is not there. If no name is found, upper and lower case are
// taken as equal, as transformers' run_glue.py does.
std::vector<int64_t> ids_by_name(const std::vector<std::string>& declared, const std::vector<std::string>& names);

// True if every cell that is not missing is -1, and there is one.
bool is_all_marked(const LabelCellReader& cells, uint64_t num_rows);

}  // namespace hone::table
