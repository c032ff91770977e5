// What must hold for every tokenizer that hone accepts, and every text.
#pragma once

#include <string_view>

#include "text/tokenizer_spec.h"

namespace hone::fuzz {

// Throws std::logic_error for a fault: the encoders of one pass and the parts one after another differ, offsets or ids
// are out of range, decoding depends on ids that no token has, or the saved tokenizer.json is another tokenizer.
// Errors: those of Tokenizer::State for a spec that it refuses. `text` is checked UTF-8.
void check_tokenizer(const text::TokenizerSpec& spec, std::string_view text);

}  // namespace hone::fuzz
