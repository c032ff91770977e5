// A guess of a text's language. The script decides where only one common language uses it. Texts in Latin letters are
// compared with the function words ("the", "und") of seven languages; a text with fewer than two of them stays
// undetermined, so short texts usually do.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "data/scripts.h"

namespace hone::data {

enum class Language : uint8_t {
  kUndetermined,
  kEnglish,
  kGerman,
  kFrench,
  kSpanish,
  kItalian,
  kPortuguese,
  kDutch,
  kChinese,
  kJapanese,
  kKorean,
  kRussian,  // or another language in Cyrillic letters
  kArabic,   // or another language in Arabic letters
  kGreek,
  kHebrew,
  kThai,
  kHindi,  // or another language in Devanagari
  kOther,
};
inline constexpr int kNumLanguages = static_cast<int>(Language::kOther) + 1;

// `script` is the one of most letters; `has_kana` is true if the text has Hiragana or Katakana.
Language guess_language(std::string_view text, Script script, bool has_kana);

// Returns the language of more than half of the texts whose language is known, if it is that of half of all texts; else
// kUndetermined. counts: [kNumLanguages], texts of each language.
Language main_language(std::span<const uint64_t> counts);

// Returns "English", "Chinese", "Cyrillic (Russian, Ukrainian ...)", "undetermined".
std::string_view language_name(Language language);

}  // namespace hone::data
