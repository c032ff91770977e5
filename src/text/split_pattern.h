// The regular expressions that split text for byte-level BPE, as automata over UTF-8. Each finds the same words as the
// expression in Oniguruma, in linear time. split_patterns() lists the known ones.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hone::text {

// Returns the end of the word that begins at `begin`. [begin, end) is checked UTF-8 and not empty; every character
// belongs to a word.
using WordEnd = const char* (*)(const char* begin, const char* end);

struct SplitPatternRow {
  std::string_view name;
  std::string_view regex;  // as tokenizer.json has it
  WordEnd word_end;
};

std::span<const SplitPatternRow> split_patterns();

// Errors: kUnsupported for an expression without a row.
const SplitPatternRow& find_split_pattern(std::string_view regex, const std::string& source);

// The pattern of the pre-tokenizer ByteLevel.
const SplitPatternRow& gpt2_pattern();
// The pattern of Qwen2Tokenizer.
const SplitPatternRow& qwen2_pattern();
// The pattern of cl100k with up to three digits.
const SplitPatternRow& llama3_pattern();

}  // namespace hone::text
