// The tokens of a text as TEI tells them, with those marked that the model does not read.
#pragma once

#include <string_view>

#include "base/json.h"
#include "text/tokenizer.h"

namespace hone::serve {

// Of all texts of one request.
inline constexpr size_t kMaxListedTokens = 65536;

// [{"id", "text", "special", "start", "stop", "cut"}]: `text` is the token's part of the text (a special token's own
// name), start and stop its code points (null for special tokens); cut: beyond max_length. The caller includes
// <nlohmann/json.hpp>. Errors: http::RequestError (413) beyond `max_tokens`, which is taken down by what this text has.
Json tokens_json(const text::Tokenizer& tokenizer, std::string_view text, size_t max_length, bool add_special_tokens,
                 size_t& max_tokens);

}  // namespace hone::serve
