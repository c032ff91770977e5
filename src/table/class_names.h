// HF datasets' own description of columns: the names of a ClassLabel. Internal to the floor.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hone::table {

using ClassNames = std::map<std::string, std::vector<std::string>>;  // by column

// From the JSON under the key "huggingface" of an Arrow schema, or from a dataset_info.json; what is not understood is
// left out, since the table is readable without it.
ClassNames class_names_of(std::string_view json);

}  // namespace hone::table
