// Lists the tokens of a text in TEI's form. Marks tokens that the model does not read, and tokens that it does not
// know.
#pragma once

#include <string_view>

#include "base/json.h"
#include "task/reading.h"
#include "text/tokenizer.h"

namespace hone::serve {

// Maximum number of tokens in all texts of a request.
inline constexpr size_t kMaxListedTokens = 65536;

// Returns [{"id", "text", "special", "unknown", "start", "stop", "cut"}]. `text` is the token's part of the text (for a
// special token its name); start and stop are code points (null for special tokens). unknown: the tokenizer does not
// know this part, so the model gets [UNK]. cut: the model, which reads texts as `reading` says, does not read the
// token. Subtracts the number of tokens from `max_tokens`. The caller includes <nlohmann/json.hpp>. Errors:
// http::RequestError (413) if there are more than `max_tokens`.
Json tokens_json(const text::Tokenizer& tokenizer, std::string_view text, const task::Reading& reading,
                 bool add_special_tokens, size_t& max_tokens);

}  // namespace hone::serve
