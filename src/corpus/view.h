// Says what corpora hold, and shows the blocks that a training would read (hone data blocks).
#pragma once

#include <string>

#include "corpus/view_options.h"

namespace hone::corpus {

// Returns the text for the terminal, or JSON lines. Errors: those of Corpus, Blocks and Mixture; kUsage for no corpora
// or both forms of naming them, and for --model with another tokenizer than that of the shards.
std::string view_blocks(const ViewOptions& options);

}  // namespace hone::corpus
