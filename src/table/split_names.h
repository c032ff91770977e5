// Which split a file belongs to, told from its path by the rules of HF datasets' data_files. Internal to the floor.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace hone::table {

// "train" for "train-00000-of-00001.parquet": any name before the shard numbers.
std::optional<std::string> split_of_shard(std::string_view file_name);

// The split whose keyword stands in `name`, at its ends or beside one of "-._ " or a digit: train, training;
// validation, valid, dev, val; test, testing, eval, evaluation; unsupervised. The leftmost one where there are several.
std::optional<std::string> split_of_word(std::string_view name);

}  // namespace hone::table
