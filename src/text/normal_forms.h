// The normal forms of Unicode (Unicode Standard Annex 15). Origins as in tokenizers: by position, so that the n-th
// replacement has the origin of the n-th character, and an added character that of the one before it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/normalizers.h"

namespace hone::text {

void to_nfc(NormalizedText& text);
void to_nfd(NormalizedText& text);
void to_nfkc(NormalizedText& text);
void to_nfkd(NormalizedText& text);

// Returns true only if NFC leaves the text (checked UTF-8) as it is. May return false for other such texts, because it
// looks at each character alone.
bool is_surely_nfc(std::string_view text);

// Returns the NFC of checked UTF-8. `origins`, if not null, receives the origin of each byte of the result; `begin` is
// the position of `text` in the original.
std::string nfc(std::string_view text, uint32_t begin = 0, std::vector<Offset>* origins = nullptr);

}  // namespace hone::text
