// Unigram as its definition reads: every part of the word is looked up in a map.
#pragma once

#include <string_view>
#include <vector>

#include "text/tokenizer_spec.h"

namespace hone::fuzz {

// Returns the tokens of `word`, which is checked UTF-8. Takes time that grows with the square of its length. Errors
// (kInput): a character that is no token, if the model has no unknown token.
std::vector<text::Token> plain_unigram(const text::TokenizerSpec& spec, std::string_view word);

}  // namespace hone::fuzz
