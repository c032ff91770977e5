// The forms of hone tokenize for people: pieces with colours, and the text of ids.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace hone::cli {

// Returns the tokens one after another: with the colours of a terminal, or with "|" between them.
std::string shown_tokens(const text::Tokenizer& tokenizer, const text::Encoding& encoding, bool is_terminal);

// Reads ids: "101 1037 102", "[101, 1037, 102]" or {"input_ids": [101, 1037, 102]}, as tokenize writes them. Errors
// (kInput): a text of another form.
std::vector<int32_t> parse_ids(std::string_view text);

// Throws kInput, with the place, for an id that no token has.
void check_ids(const text::Tokenizer& tokenizer, const std::vector<int32_t>& ids);

}  // namespace hone::cli
