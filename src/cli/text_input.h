// Texts that come from the command line or, block by block, from a file: what predict and tokenize have in common.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "table/columns.h"
#include "table/rows.h"

namespace hone::cli {

struct TextInput {
  const std::vector<std::string>& text;
  const std::string& text_pair;
  const std::filesystem::path& file;
  const std::filesystem::path& output;
  const std::string& text_column;
  const std::string& text_pair_column;
};

// Errors (kUsage): neither texts nor a file, or both; an output without a file, or a file without an output.
void check_text_input(const TextInput& input, const char* command);

// Hands over the rows of the file in blocks, with the columns that hold the texts. Rows without text are errors
// (kInput) with their place, for every row of the input has a row in the output.
void for_each_block(const TextInput& input,
                    const std::function<void(const table::Rows&, const table::TextColumns&)>& take);

}  // namespace hone::cli
