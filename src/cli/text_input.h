// Texts that come from the command line or, block by block, from a file: what predict and tokenize have in common.
#pragma once

#include <functional>

#include "cli/text_options.h"
#include "task/features.h"
#include "text/tokenizer.h"

namespace hone::cli {

// Errors (kUsage): neither texts nor a file, or both; an output without a file, or a file without an output.
void check_text_input(const TextOptions& input, const char* command);

struct BlockOptions {
  size_t max_length = 0;          // tokens of a row
  const char* what = "";          // heads the progress bar
  bool beside_computing = false;  // leave the cores to the model: tokenize on one thread
};

// Reads the rows of the file in blocks, tokenizes each and hands over its ids, while the next block is being read and
// tokenized. Rows without text are errors (kInput) with their place, for every row of the input has a row in the
// output.
void for_each_block(const TextOptions& input, const text::Tokenizer& tokenizer, const BlockOptions& options,
                    const std::function<void(const task::Features&)>& take);

}  // namespace hone::cli
