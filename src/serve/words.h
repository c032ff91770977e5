// Finds the words of a text, to explain which of them decided: runs of letters and digits, each character of scripts
// without spaces (Han, Hiragana), and each sign that has a meaning of its own (emoji, symbols).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace hone::serve {

// Returns the byte range of each word in `text` (UTF-8), in order. An apostrophe or a full stop between two letters or
// digits belongs to the word ("don't", "3.5"), as in Unicode's word boundaries (UAX #29). White space and other
// punctuation are not words. A sign includes its modifiers (skin tones, variation selectors, joined emoji).
std::vector<text::Offset> find_words(std::string_view text);

// Returns this part and the white space before it; at the beginning of the text, the white space after it instead.
text::Offset with_space(std::string_view text, text::Offset part);

// Returns the text without with_space(text, part).
std::string without(std::string_view text, text::Offset part);

}  // namespace hone::serve
