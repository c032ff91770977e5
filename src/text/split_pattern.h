// The regular expressions that split text for byte-level BPE. The frequent ones are automata over UTF-8, written by
// hand: each finds the same parts as the expression in Oniguruma, in linear time. split_patterns() lists them. Any
// other expression goes to Regex.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "text/regex.h"

namespace hone::text {

// A part of a text that ends here: a match of the pattern, or the text up to the next match.
struct PatternPart {
  const char* end;
  bool is_match;
};

// Returns the part that begins at `begin`. [begin, end) is checked UTF-8 and not empty; `begin` is its begin or the end
// of a part.
using PartEnd = PatternPart (*)(const char* begin, const char* end);

struct SplitPatternRow {
  std::string_view name;
  std::string_view regex;  // as tokenizer.json has it, with \r and \n for these characters themselves
  PartEnd part_end;
  bool covers_all;  // every character of a text is in a match
};

std::span<const SplitPatternRow> split_patterns();

// The pattern of the pre-tokenizer ByteLevel.
const SplitPatternRow& gpt2_pattern();
// The pattern of Qwen2Tokenizer.
const SplitPatternRow& qwen2_pattern();
// The pattern of cl100k with up to three digits.
const SplitPatternRow& llama3_pattern();

class SplitPattern {
 public:
  explicit SplitPattern(PartEnd automaton) : part_end_(automaton) {}

  // Takes the automaton of a known expression. Errors: those of Regex for another one, with `source` as its place.
  static SplitPattern make(std::string_view regex, const std::string& source);

  // Returns null if the pattern has no automaton.
  PartEnd part_end() const { return part_end_; }

  // Calls visit(begin, end, is_match) for each part of `text`, which is checked UTF-8, in order. A match may be empty.
  // Errors: those of Regex::find.
  template <typename Visit>
  void split(std::string_view text, const Visit& visit) const {
    const char *p = text.data(), *const end = p + text.size();
    if (part_end_ == nullptr) {
      regex_->each_match(text, [&](Regex::Match match) {
        if (p < text.data() + match.begin) visit(p, text.data() + match.begin, false);
        p = text.data() + match.end;
        visit(text.data() + match.begin, p, true);
      });
      if (p < end) visit(p, end, false);
      return;
    }
    while (p < end) {
      const PatternPart part = part_end_(p, end);
      visit(p, part.end, part.is_match);
      p = part.end;
    }
  }

 private:
  explicit SplitPattern(std::shared_ptr<const Regex> regex) : regex_(std::move(regex)) {}

  PartEnd part_end_ = nullptr;
  std::shared_ptr<const Regex> regex_;
};

// The pre-tokenizers Digits and Punctuation as patterns: each character of their class alone, or runs of them.
PartEnd digits_pattern(bool is_each_alone);
PartEnd punctuation_pattern(bool is_each_alone);

}  // namespace hone::text
