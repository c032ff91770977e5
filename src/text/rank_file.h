// Reads the rank files of tiktoken (tokenizer.model of Llama 3, tiktoken.model): a token in base64 and its rank in each
// line. Converts them as TikTokenConverter of transformers does.
#pragma once

#include "text/tokenizer_spec.h"

namespace hone::text {

// A token's bytes and its rank.
using RankedToken = std::pair<std::string, int32_t>;

// Returns true if the first line is that of a rank file.
bool is_rank_file(std::string_view bytes);

// Errors (kInput): a line that is no such pair, with its number; a token or a rank that occurs twice.
std::vector<RankedToken> parse_rank_file(std::string_view bytes, const std::string& source);

// Fills the vocabulary, the merges and the parts of `spec`: byte-level BPE with the words of cl100k and up to three
// digits, in which a word of the vocabulary is one token. Puts the special tokens of tokenizer_config.json behind the
// ranks.
void convert_ranks(const std::vector<RankedToken>& ranks, const Json& config, TokenizerSpec& spec);

}  // namespace hone::text
