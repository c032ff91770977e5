#include "text/pattern_matches.h"

#include "text/json_fields.h"
#include "text/split_pattern.h"

namespace hone::text {

namespace {

SplitParts matches_of_string(std::string_view text, std::string_view wanted) {
  SplitParts parts;
  for (size_t begin = 0; begin < text.size();) {
    const size_t match = std::min(text.find(wanted, begin), text.size());
    if (begin < match) parts.push_back({begin, match, false});
    if (match < text.size()) parts.push_back({match, match + wanted.size(), true});
    begin = match + wanted.size();
  }
  return parts;
}

// Every word of a split pattern is a match, because each character belongs to one.
SplitParts matches_of_expression(std::string_view text, WordEnd word_end) {
  SplitParts parts;
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const char* const next = word_end(p, end);
    parts.push_back({static_cast<size_t>(p - text.data()), static_cast<size_t>(next - text.data()), true});
    p = next;
  }
  return parts;
}

}  // namespace

FindMatches make_find_matches(const Json& pattern, const std::string& source) {
  const std::string regex = string_field(pattern, "Regex", "", source);
  if (!regex.empty()) {
    return [word_end = find_split_pattern(regex, source).word_end](std::string_view text) {
      return matches_of_expression(text, word_end);
    };
  }
  const std::string wanted = string_field(pattern, "String", "", source);
  if (wanted.empty()) {
    throw Error(
        ErrorKind::kInput,
        fmt::format("{}: the pattern of Replace must be a \"Regex\" or a \"String\" that is not empty", source));
  }
  return [wanted](std::string_view text) { return matches_of_string(text, wanted); };
}

}  // namespace hone::text
