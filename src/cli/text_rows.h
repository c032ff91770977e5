// Reads the texts of rows block by block, so that memory does not grow with the files.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "cli/text_rows_options.h"

namespace hone::cli {

// Returns the files of --dataset. Errors: kUsage if there is no --dataset, or if the split does not exist.
std::vector<std::filesystem::path> files_of_split(const TextRowsOptions& options);

struct TextRowsCount {
  uint64_t rows = 0, bytes = 0;
  uint64_t without_text = 0;  // rows with an empty cell in each of the columns
};

// Calls use(texts) with the texts of a few thousand rows while another thread reads the next ones. Errors (kInput): no
// text column; a text that is not UTF-8, with its place.
TextRowsCount for_each_text_block(const std::vector<std::filesystem::path>& files, const TextRowsOptions& options,
                                  const char* what, const std::function<void(std::span<const std::string_view>)>& use);

}  // namespace hone::cli
