// The normal forms of Unicode (Unicode Standard Annex 15). Origins as in tokenizers: by position, so that the n-th
// replacement has the origin of the n-th character, and an added character that of the one before it.
#pragma once

#include "text/normalizers.h"

namespace hone::text {

void to_nfc(NormalizedText& text);
void to_nfd(NormalizedText& text);
void to_nfkc(NormalizedText& text);
void to_nfkd(NormalizedText& text);

}  // namespace hone::text
