// The form that an answer must have: a JSON Schema, a regular expression, or one of several texts.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "grammar/token_masks.h"
#include "text/tokenizer.h"

namespace hone::generate {

struct FormOptions {
  std::filesystem::path json_schema;
  std::string regex;
  std::vector<std::string> choices;

  bool is_given() const { return !json_schema.empty() || !regex.empty() || !choices.empty(); }

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Form of the answer");
    visit("json_schema", self.json_schema, "file with a JSON Schema: the answer is JSON that is valid under it")
        .value_name("FILE");
    visit("regex", self.regex, "regular expression that the whole answer matches").value_name("REGEX");
    visit("choices", self.choices, "the answer is one of these texts").value_name("TEXT,...");
  }
};

// Returns the form of all answers, or null without one. Errors: kUsage for several forms and for an empty choice; those
// of json_schema_grammar(), regex_expression() and TokenMasks.
std::shared_ptr<grammar::TokenMasks> make_form(const FormOptions& options, const text::Tokenizer& tokenizer);

}  // namespace hone::generate
