// Mojibake: UTF-8 that was decoded as Windows-1252 or Latin-1, so that a text shows three characters for one
// apostrophe.
#pragma once

#include <string>
#include <string_view>

namespace hone::data {

// Returns true if the text has something that without_mojibake() repairs, or the characters that appear if damaged
// UTF-8 is decoded as GBK (U+951F U+65A4 U+62F7); those cannot be repaired.
bool has_mojibake(std::string_view text);

// Repairs texts that were decoded wrongly, at most three times in succession. Then control characters from U+0080 to
// U+009F become the characters that Windows-1252 has there, as in HTML 5. Changes only sequences that natural text
// does not have: the result of a lone sequence must be punctuation or a Latin letter, and letters of other scripts
// must follow each other.
std::string without_mojibake(std::string_view text);

}  // namespace hone::data
