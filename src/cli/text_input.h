// Texts that come from the command line or, block by block, from a file: what predict and tokenize have in common.
#pragma once

#include <functional>

#include "cli/text_options.h"
#include "table/columns.h"
#include "table/rows.h"

namespace hone::cli {

// Errors (kUsage): neither texts nor a file, or both; an output without a file, or a file without an output.
void check_text_input(const TextOptions& input, const char* command);

// Hands over the rows of the file in blocks, with the columns that hold the texts. `what` heads the progress bar. Rows
// without text are errors (kInput) with their place, for every row of the input has a row in the output.
void for_each_block(const TextOptions& input, const char* what,
                    const std::function<void(const table::Rows&, const table::TextColumns&)>& take);

}  // namespace hone::cli
