// The tokens of a text in TEI's form. Tokens that the model does not read and tokens that it does not know are marked.
#pragma once

#include <string_view>

#include "base/json.h"
#include "text/tokenizer.h"

namespace hone::serve {

// Of all texts of one request.
inline constexpr size_t kMaxListedTokens = 65536;

// [{"id", "text", "special", "unknown", "start", "stop", "cut"}]: `text` is the token's part of the text (of a special
// token its name), start and stop are its code points (null for special tokens). unknown: the tokenizer does not know
// this part and gives the model [UNK]. cut: beyond max_length. Takes the number of tokens off `max_tokens`. The caller
// includes <nlohmann/json.hpp>. Errors: http::RequestError (413) if there are more than `max_tokens`.
Json tokens_json(const text::Tokenizer& tokenizer, std::string_view text, size_t max_length, bool add_special_tokens,
                 size_t& max_tokens);

}  // namespace hone::serve
