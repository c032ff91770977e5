// Removes the spaces at the ends of tokens from their offsets, as the post-processors ByteLevel and RobertaProcessing
// do.
#pragma once

#include <string_view>

#include "text/post_processors.h"
#include "text/tokenizer.h"

namespace hone::text {

// Returns `offset` without as many characters of `text` as the token has spaces at its ends. `token` has the characters
// of byte-level BPE, or is the text of an added token. `is_first`: it is the first token of the encoding.
Offset trimmed_offset(Offset offset, std::string_view text, std::string_view token, bool is_first,
                      const OffsetTrim& trim);

}  // namespace hone::text
