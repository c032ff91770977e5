// The keys of config.json about positions (rotary embeddings and windows), which are not copies of single keys of the
// metadata. Rows of architectures() name these functions.
#pragma once

#include "gguf/architecture.h"

namespace hone::gguf {

// Adds rope_parameters as transformers 5 spells them: the base, and how longer texts are scaled. Llama 3's scaling is
// found from its table of factors. Errors (kUnsupported): another kind of scaling, or another table; positions in a
// part of each head.
void add_positions(const File& file, const Sizes& sizes, Json& config);

// With partial_rotary_factor, and the factors of long and short texts.
void add_phi3_keys(const File& file, const Sizes& sizes, Json& config);

// With the scale of the scores of attention, which the file does not have: it follows from the sizes, as in llama.cpp.
void add_gemma2_keys(const File& file, const Sizes& sizes, Json& config);
// With parameters for both kinds of layers.
void add_gemma3_keys(const File& file, const Sizes& sizes, Json& config);

}  // namespace hone::gguf
