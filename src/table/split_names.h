// Finds the split that the path of a file names, by the rules of HF datasets' data_files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace hone::table {

// Returns "train" for "train-00000-of-00001.parquet": any name before the shard numbers.
std::optional<std::string> split_of_shard(std::string_view file_name);

// Returns the split of the leftmost keyword in `name`. A keyword begins and ends at an end of the name, a digit or one
// of "-._ ". Keywords: train, training; validation, valid, dev, val; test, testing, eval, evaluation; unsupervised.
std::optional<std::string> split_of_word(std::string_view name);

}  // namespace hone::table
