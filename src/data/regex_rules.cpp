#include "data/regex_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace hone::data {

namespace {

constexpr std::string_view kReplaceOption = "--replace-regex", kBorder = "=>";

// A piece of the new text: a literal, or a group of the match.
struct ReplacementPiece {
  std::string literal;
  int group = -1;
};

std::vector<ReplacementPiece> replacement_pieces(std::string_view replacement, int num_groups) {
  std::vector<ReplacementPiece> pieces(1);
  for (size_t at = 0; at < replacement.size(); ++at) {
    const char next = at + 1 < replacement.size() ? replacement[at + 1] : '\0';
    const bool is_group = replacement[at] == '$' && next >= '0' && next <= '9';
    if (!is_group) {
      if (replacement[at] == '$' && next == '$') ++at;
      pieces.back().literal += replacement[at];
      continue;
    }
    const int group = next - '0';
    if (group > num_groups) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: \"{}\" names group ${}, but the expression has {}", kReplaceOption, replacement,
                              group, num_groups),
                  "groups are the expression's parentheses, counted from 1; write $$ for a dollar sign");
    }
    pieces.push_back({"", group});
    pieces.emplace_back();
    ++at;
  }
  return pieces;
}

class RegexReplacement {
 public:
  explicit RegexReplacement(const std::string& option) {
    const size_t border = option.rfind(kBorder);
    if (border == std::string::npos || border == 0) {
      throw Error(ErrorKind::kUsage, fmt::format("{}: \"{}\" is not EXPRESSION=>TEXT", kReplaceOption, option),
                  R"(for example --replace-regex "\s*\[\d+\]=>")");
    }
    regex_ = std::make_shared<const text::Regex>(option.substr(0, border), std::string(kReplaceOption));
    pieces_ = replacement_pieces(std::string_view(option).substr(border + kBorder.size()), regex_->num_groups());
  }

  std::optional<std::string> operator()(std::string_view text) const {
    std::string result;
    size_t copied = 0;
    bool has_match = false;
    regex_->each_match(text, [&](const text::Regex::Match& match) {
      has_match = true;
      result += text.substr(copied, match.begin - copied);
      for (const ReplacementPiece& piece : pieces_) {
        if (piece.group < 0) {
          result += piece.literal;
        } else if (const auto group = regex_->group_of_last_match(piece.group)) {
          result += text.substr(group->begin, group->end - group->begin);
        }
      }
      copied = match.end;
    });
    if (!has_match) return std::nullopt;
    return result += text.substr(copied);
  }

 private:
  std::shared_ptr<const text::Regex> regex_;
  std::vector<ReplacementPiece> pieces_;
};

}  // namespace

TextChange make_regex_replacement(const std::vector<std::string>& replacements) {
  if (replacements.empty()) return {};
  std::vector<RegexReplacement> changes(replacements.begin(), replacements.end());
  return [changes = std::move(changes)](std::string_view text) {
    std::optional<std::string> result;
    for (const RegexReplacement& change : changes) {
      if (auto changed = change(result ? *result : text)) result = std::move(changed);
    }
    return result;
  };
}

RegexTest::RegexTest(const std::vector<std::string>& expressions, std::string_view option) {
  for (const std::string& expression : expressions) {
    expressions_.push_back(std::make_unique<const text::Regex>(expression, std::string(option)));
  }
}

bool RegexTest::matches(std::string_view text) const {
  return std::ranges::any_of(expressions_, [&](const auto& regex) { return regex->find(text, 0).has_value(); });
}

}  // namespace hone::data
