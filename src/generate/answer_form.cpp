#include "generate/answer_form.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"
#include "grammar/json_schema.h"
#include "grammar/regex_grammar.h"

namespace hone::generate {

namespace {

grammar::Grammar grammar_of_choices(const std::vector<std::string>& choices) {
  std::vector<grammar::Expr> texts;
  for (const std::string& text : choices) {
    if (text.empty()) throw Error(ErrorKind::kUsage, "--choices has an empty text", "remove it");
    check_utf8(text, "--choices");
    texts.push_back(grammar::text_of(text));
  }
  return {{grammar::choice(std::move(texts))}, "--choices"};
}

}  // namespace

std::shared_ptr<grammar::TokenMasks> make_form(const FormOptions& options, const text::Tokenizer& tokenizer) {
  const bool has_schema = !options.json_schema.empty(), has_regex = !options.regex.empty(),
             has_choices = !options.choices.empty();
  if (has_schema + has_regex + has_choices > 1) {
    throw Error(ErrorKind::kUsage, "an answer has one form", "give one of --json-schema, --regex and --choices");
  }
  const auto masks = [&](const grammar::Grammar& grammar) {
    return std::make_shared<grammar::TokenMasks>(grammar, tokenizer);
  };
  if (has_schema) {
    const std::string source = options.json_schema.string();
    return masks(grammar::json_schema_grammar(read_json(options.json_schema), source));
  }
  if (has_regex) return masks({{grammar::regex_expression(options.regex, "--regex")}, "--regex"});
  return has_choices ? masks(grammar_of_choices(options.choices)) : nullptr;
}

}  // namespace hone::generate
