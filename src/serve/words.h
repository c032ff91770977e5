// The words of a text as people count them, for saying which of them decided: runs of letters and digits, and one by
// one what is written without spaces (Han, Hiragana) and what is no letter but says something (emoji, signs).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace hone::serve {

// Where each word is, in bytes of `text` (UTF-8), in order. An apostrophe or a full stop between two letters or digits
// belongs to the word ("don't", "3.5"), as in Unicode's word boundaries (UAX #29); white space and other punctuation
// are no words. A sign keeps what changes how it looks (skin tones, variation selectors, joined emoji).
std::vector<text::Offset> find_words(std::string_view text);

// The text without this part and without the white space before it (at the text's start: after it).
std::string without(std::string_view text, text::Offset part);

}  // namespace hone::serve
