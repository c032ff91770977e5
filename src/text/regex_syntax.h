// Translates regular expressions of Oniguruma (its own syntax, as tokenizers uses it) to PCRE2. Where the two differ,
// the translation spells the meaning out, or refuses: classes of characters become Oniguruma's sets, because PCRE2 has
// another version of Unicode; ^ and $ are those of lines; {n,m}+ repeats a repetition.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/unicode_property.h"

namespace hone::text {

struct RegexTranslation {
  std::string pattern;               // for PCRE2 with UTF and UCP; its line end is LF
  std::vector<uint32_t> characters;  // for each byte of `pattern`: the character of the expression that it is from

  // Returns the number, from 0, of the expression's character for a place in `pattern`.
  uint32_t character_at(size_t place) const {
    if (characters.empty()) return 0;
    return characters[place < characters.size() ? place : characters.size() - 1];
  }
};

// `source` is the place of the expression in errors. Errors: kUnsupported for syntax that is not translated, kInput for
// a malformed expression; both name the character.
RegexTranslation translate_regex(std::string_view expression, const std::string& source);

// Returns the characters that PCRE2 has for \p{name}; none if it does not know the name. In regex.cpp.
CodePointSet pcre2_property(std::string_view name);

}  // namespace hone::text
