// What one pass over the text of a row finds.
#pragma once

#include <cstdint>
#include <string_view>

#include "data/language.h"
#include "data/scripts.h"

namespace hone::data {

// Kinds of noise, as bits.
enum Noise : uint16_t {
  kNoiseHtmlTag = 1 << 0,
  kNoiseEntity = 1 << 1,
  kNoiseControl = 1 << 2,    // is_control() of noise_characters.h; beyond ASCII only without mojibake
  kNoiseInvisible = 1 << 3,  // is_invisible()
  kNoiseMojibake = 1 << 4,
  kNoiseReplacement = 1 << 5,  // U+FFFD: bytes that were lost when the text was decoded
  kNoiseUrl = 1 << 6,
  kNoiseEmail = 1 << 7,
  kNoiseRepeated = 1 << 8,    // the same character at least eight times in succession
  kNoiseSpaces = 1 << 9,      // white space at an end, or several spaces in succession
  kNoiseFullWidth = 1 << 10,  // full-width letters or digits
  kNoiseSymbols = 1 << 11,    // most characters are neither letters, digits nor white space
};

struct RowFacts {
  uint64_t text_hash = 0;  // of the text without the white space around it
  uint32_t characters = 0;
  uint32_t tokens = 0, unknown_tokens = 0;
  uint16_t noise = 0;
  Script script = Script::kNone;  // of most letters
  Language language = Language::kUndetermined;
  bool is_null = false;   // the text is null
  bool is_blank = false;  // empty or only white space
};

// Fills everything but the tokens. `text` is checked UTF-8.
RowFacts facts_of_text(std::string_view text);

}  // namespace hone::data
