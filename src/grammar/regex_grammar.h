// A regular expression as a grammar: the whole text must match it.
#pragma once

#include <string>
#include <string_view>

#include "grammar/expression.h"
#include "text/unicode_property.h"

namespace hone::grammar {

struct RegexOptions {
  // The expression for one of these characters of the text; by default the characters themselves. A text inside quotes
  // writes some of them as escapes.
  std::function<Expr(const text::CodePointSet& characters)> characters = one_of;
  // An expression without ^ at its beginning or $ at its end also matches a part of the text, as in JSON Schema.
  bool finds_a_part = false;
};

// The syntax is Oniguruma's, as in tokenizer.json: classes, groups, alternatives, repetitions; \d, \w and \s
// are those of ASCII. `source` names the
// expression in errors. Errors: kUnsupported for syntax that no grammar has (borders, lookaround, references, options),
// kInput for a malformed expression; both name the character.
Expr regex_expression(std::string_view regex, const std::string& source, const RegexOptions& options = {});

}  // namespace hone::grammar
