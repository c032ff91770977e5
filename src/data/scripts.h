// Unicode scripts of letters, for the scripts that data sets use (Unicode Standard Annex 24).
#pragma once

#include <cstdint>
#include <string_view>

namespace hone::data {

enum class Script : uint8_t {
  kNone,  // not a letter
  kLatin,
  kHan,
  kHiragana,
  kKatakana,
  kHangul,
  kCyrillic,
  kGreek,
  kArabic,
  kHebrew,
  kDevanagari,
  kBengali,
  kGurmukhi,
  kGujarati,
  kTamil,
  kTelugu,
  kKannada,
  kMalayalam,
  kSinhala,
  kThai,
  kLao,
  kTibetan,
  kMyanmar,
  kKhmer,
  kGeorgian,
  kArmenian,
  kEthiopic,
  kMongolian,
  kOther,  // a letter of another script
};
inline constexpr int kNumScripts = static_cast<int>(Script::kOther) + 1;

// Returns kNone for characters that are not letters, and for letters that many scripts share.
Script script_of(char32_t code);

// Returns the name in the Unicode Character Database, such as "Latin"; "none" and "other" for the first and last.
std::string_view script_name(Script script);

}  // namespace hone::data
