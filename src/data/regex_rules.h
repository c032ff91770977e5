// Rules of `hone data clean` with the user's own regular expressions (text/regex.h says which syntax).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/clean_rules.h"
#include "text/regex.h"

namespace hone::data {

// Returns the change that applies the replacements in turn, each "EXPRESSION=>TEXT" with the last "=>" as the border.
// In TEXT $0 is the match, $1 to $9 are its groups, and $$ is a dollar sign. Errors: kUsage for a replacement without
// "=>" or with a group that its expression does not have; those of text::Regex, also while texts change.
TextChange make_regex_replacement(const std::vector<std::string>& replacements);

// Says whether a text matches any of the expressions. Errors: those of text::Regex.
class RegexTest {
 public:
  RegexTest(const std::vector<std::string>& expressions, std::string_view option);

  bool matches(std::string_view text) const;

 private:
  std::vector<std::unique_ptr<const text::Regex>> expressions_;
};

}  // namespace hone::data
