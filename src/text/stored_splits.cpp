// The names and their expressions are those of llama.cpp (llama-vocab.cpp); normalizers and ignored merges are those of
// the models' tokenizer.json.
#include "text/stored_splits.h"

#include <nlohmann/json.hpp>

#include "base/names.h"
#include "text/split_pattern.h"

namespace hone::text {

namespace {

constexpr std::string_view kGpt2 = "GPT-2", kNumbers = "single numbers";
constexpr std::string_view kGpt2Patterns[] = {kGpt2}, kStarCoderPatterns[] = {kNumbers, kGpt2},
                           kLlama3Patterns[] = {"Llama 3"}, kQwen2Patterns[] = {"Qwen 2"},
                           kQwen35Patterns[] = {"Qwen 3.5"}, kGpt4oPatterns[] = {"GPT-4o"},
                           kTekkenPatterns[] = {"Mistral Nemo"},
                           kDeepSeekV3Patterns[] = {"DeepSeek V3, numbers", "DeepSeek V3, characters", "DeepSeek V3"},
                           kDeepSeekCoderPatterns[] = {"line ends", "DeepSeek Coder, letters",
                                                       "DeepSeek Coder, punctuation", "DeepSeek, characters", kNumbers};

constexpr StoredSplit llama3(std::string_view name) {
  return {.name = name, .patterns = kLlama3Patterns, .ignores_merges = true, .adds_bos = true};
}
constexpr StoredSplit qwen2(std::string_view name) {
  return {.name = name, .patterns = kQwen2Patterns, .has_nfc = true};
}

constexpr StoredSplit kStoredSplits[] = {
    {.name = "gpt-2", .patterns = kGpt2Patterns},
    {.name = "phi-2", .patterns = kGpt2Patterns},
    {.name = "jais", .patterns = kGpt2Patterns},
    {.name = "trillion", .patterns = kGpt2Patterns},
    {.name = "exaone4", .patterns = kGpt2Patterns},
    {.name = "mpt", .patterns = kGpt2Patterns, .has_nfc = true},
    {.name = "olmo", .patterns = kGpt2Patterns, .has_nfc = true},
    {.name = "smollm", .patterns = kStarCoderPatterns},
    {.name = "starcoder", .patterns = kStarCoderPatterns},
    {.name = "refact", .patterns = kStarCoderPatterns},
    {.name = "codeshell", .patterns = kStarCoderPatterns},
    {.name = "command-r", .patterns = kStarCoderPatterns, .has_nfc = true},
    llama3("llama-bpe"),
    llama3("llama3"),
    llama3("llama-v3"),
    llama3("falcon3"),
    llama3("pixtral"),
    {.name = "dbrx", .patterns = kLlama3Patterns},
    {.name = "smaug-bpe", .patterns = kLlama3Patterns},
    qwen2("qwen2"),
    qwen2("deepseek-r1-qwen"),
    qwen2("megrez"),
    {.name = "qwen35", .patterns = kQwen35Patterns, .has_nfc = true},
    {.name = "gpt-4o", .patterns = kGpt4oPatterns},
    {.name = "llama4", .patterns = kGpt4oPatterns},
    {.name = "tekken", .patterns = kTekkenPatterns, .ignores_merges = true, .adds_bos = true},
    {.name = "deepseek-v3", .patterns = kDeepSeekV3Patterns},
    {.name = "deepseek-coder", .patterns = kDeepSeekCoderPatterns},
};

Json split_part(std::string_view pattern) {
  if (pattern == kNumbers) return {{"type", "Digits"}, {"individual_digits", true}};
  const SplitPatternRow& row = find_row(split_patterns(), "split pattern", pattern, ErrorKind::kInternal);
  return {
      {"type", "Split"}, {"pattern", {{"Regex", std::string(row.regex)}}}, {"behavior", "Isolated"}, {"invert", false}};
}

}  // namespace

std::span<const StoredSplit> stored_splits() { return kStoredSplits; }

Json stored_byte_level(bool uses_regex) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", uses_regex}};
}

Json pre_tokenizer_of(const StoredSplit& split) {
  Json parts = Json::array();
  bool has_regex = false;  // of ByteLevel itself
  for (const std::string_view pattern : split.patterns) {
    has_regex = pattern == kGpt2;
    if (!has_regex) parts.push_back(split_part(pattern));
  }
  parts.push_back(stored_byte_level(has_regex));
  if (parts.size() == 1) return parts.front();
  return {{"type", "Sequence"}, {"pretokenizers", std::move(parts)}};
}

}  // namespace hone::text
