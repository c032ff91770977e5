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

SplitParts matches_of_expression(std::string_view text, const SplitPattern& pattern) {
  SplitParts parts;
  pattern.split(text, [&](const char* begin, const char* end, bool is_match) {
    parts.push_back({static_cast<size_t>(begin - text.data()), static_cast<size_t>(end - text.data()), is_match});
  });
  return parts;
}

}  // namespace

FindMatches make_find_matches(const Json& pattern, const std::string& source) {
  const std::string regex = string_field(pattern, "Regex", "", source);
  if (!regex.empty()) {
    return [expression = SplitPattern::make(regex, source)](std::string_view text) {
      return matches_of_expression(text, expression);
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
