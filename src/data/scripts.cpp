#include "data/scripts.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace hone::data {

namespace {

struct ScriptRange {
  char32_t first, last;
  Script script;
};

constexpr ScriptRange kScriptRanges[] = {
#include "data/script_ranges.inc"
};

constexpr std::array<std::string_view, kNumScripts> kScriptNames = {
    "none",     "Latin",     "Han",        "Hiragana",  "Katakana", "Hangul",   "Cyrillic", "Greek",
    "Arabic",   "Hebrew",    "Devanagari", "Bengali",   "Gurmukhi", "Gujarati", "Tamil",    "Telugu",
    "Kannada",  "Malayalam", "Sinhala",    "Thai",      "Lao",      "Tibetan",  "Myanmar",  "Khmer",
    "Georgian", "Armenian",  "Ethiopic",   "Mongolian", "other"};

}  // namespace

Script script_of(char32_t code) {
  if (code < 0x80) return (code | 0x20) >= 'a' && (code | 0x20) <= 'z' ? Script::kLatin : Script::kNone;
  if (code >= 0x4E00 && code <= 0x9FFF) return Script::kHan;
  const auto* range = std::upper_bound(std::begin(kScriptRanges), std::end(kScriptRanges), code,
                                       [](char32_t value, const ScriptRange& row) { return value < row.first; });
  if (range == std::begin(kScriptRanges) || code > std::prev(range)->last) return Script::kNone;
  return std::prev(range)->script;
}

std::string_view script_name(Script script) { return kScriptNames[static_cast<size_t>(script)]; }

}  // namespace hone::data
