// Regular expressions with Oniguruma's meaning (those of tokenizer.json, and those of users), by PCRE2. regex_syntax.h
// translates them. Matches have limits on their steps and their memory, so that no expression runs away.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hone::text {

class Regex {
 public:
  // Bytes of the text, half-open.
  struct Match {
    size_t begin, end;
  };

  // A step is a position where the expression could go back. PCRE2 has a limit for each position where a match could
  // begin; all matches of a text together may take kMaxSteps, and kMaxStepsPerByte for each of its bytes.
  static constexpr uint32_t kMaxSteps = 50'000'000, kMaxStepsPerByte = 1000;

  // `source` names the file and the part of tokenizer.json, or the option, in errors. Errors: kUnsupported for syntax
  // that hone does not translate, kInput for an expression that PCRE2 refuses; both name the character.
  Regex(std::string_view expression, std::string source);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  // Returns the first match that begins at byte `from` or later. `text` is checked UTF-8. Can be called from several
  // threads. Errors: kInput if the match needs more than the limits.
  std::optional<Match> find(std::string_view text, size_t from) const {
    Steps steps(text);
    return find(text, from, steps);
  }

  int num_groups() const;

  // Returns the group, from 0 to min(9, num_groups()), of the last match that this thread has found with any
  // expression, or nullopt if the group took no part in it. Group 0 is the whole match.
  std::optional<Match> group_of_last_match(int group) const;

  // Calls visit(match) for all matches from left to right. As in tokenizers, an empty match does not follow another
  // match directly.
  template <typename Visit>
  void each_match(std::string_view text, const Visit& visit) const {
    Steps steps(text);
    size_t from = 0;
    std::optional<size_t> last_end;
    while (const std::optional<Match> match = from <= text.size() ? find(text, from, steps) : std::nullopt) {
      if (match->begin == match->end && last_end == match->end) {
        from = next_character(text, from);
        continue;
      }
      last_end = from = match->end;
      visit(*match);
    }
  }

 private:
  struct Code;

  // The steps that the matches of one text may still take.
  struct Steps {
    explicit Steps(std::string_view text) : left(kMaxSteps + uint64_t{kMaxStepsPerByte} * text.size()) {}
    uint64_t left;
    size_t num_bytes = SIZE_MAX;  // positions that the next call of PCRE2 tries
  };

  std::optional<Match> find(std::string_view text, size_t from, Steps& steps) const;
  int match_anywhere(std::string_view text, size_t from, Steps& steps) const;
  int match_at(std::string_view text, size_t from, Steps& steps) const;

  static size_t next_character(std::string_view text, size_t position);

  std::unique_ptr<const Code> code_;
  std::string expression_, source_;
};

}  // namespace hone::text
