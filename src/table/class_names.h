// Reads the names of ClassLabel columns from the metadata that HF datasets writes. Internal to the floor.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hone::table {

using ClassNames = std::map<std::string, std::vector<std::string>>;  // by column

// Reads the JSON under the key "huggingface" of an Arrow schema, or a dataset_info.json. Ignores unknown content,
// because the table is readable without these names.
ClassNames class_names_of(std::string_view json);

}  // namespace hone::table
