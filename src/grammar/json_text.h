// The parts of JSON texts as expressions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "grammar/expression.h"
#include "text/unicode_property.h"

namespace hone::grammar {

// The characters that a JSON text writes as they are inside quotes.
text::CodePointSet plain_in_quotes();

// One of these characters inside quotes: as it is, or as an escape if it needs one.
Expr quoted_character(const text::CodePointSet& characters);

// Any character inside quotes, also as an escape. Surrogates are left out.
Expr any_quoted_character();

Expr quoted(Expr content);

// Numbers of at most 15 digits, which every reader takes exactly or as a finite one.
Expr any_integer();
Expr any_number();

// The white space between parts: none, one space, or one line end with up to 40 spaces.
Expr space();

// Returns the regular expression of a format of strings, "date", "time", "date-time" (RFC 3339) or "uuid" (RFC 4122);
// an empty text for another one. Dates leave 29 February out, which not every year has.
std::string regex_of_format(std::string_view format);

}  // namespace hone::grammar
