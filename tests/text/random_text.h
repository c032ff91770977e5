// Random strings of mixed scripts, the same in C++ and in Python (tests/fixtures/tokenizer_random_text.py), so that
// digests of Hugging Face's ids can be checked without Python. Draws are splitmix64 (Steele, Lea and Flood, 2014).
#pragma once

#include <cstdint>
#include <string>

#include "base/utf8.h"

namespace hone::text {

class RandomText {
 public:
  explicit RandomText(uint64_t seed) : seed_(seed) {}

  // Returns the string number `index`: 0 to 31 draws of a character or a word.
  std::string operator()(uint64_t index) const {
    uint64_t state = mix(seed_ + index * 0x9E3779B97F4A7C15u);
    const uint64_t length = mix(state++) % 32;
    std::string text;
    for (uint64_t i = 0; i < length; ++i) add(mix(state++), text);
    return text;
  }

 private:
  struct Script {
    uint32_t first, last;
  };
  // Drawn with equal probability; important scripts occur several times.
  static constexpr Script kScripts[31] = {
      {'a', 'z'},       {'a', 'z'},       {'a', 'z'},       {'A', 'Z'},         {' ', ' '},         {' ', ' '},
      {'0', '9'},       {' ', '~'},       {0x0, 0xFF},      {0xC0, 0x24F},      {0x300, 0x36F},     {0x370, 0x3FF},
      {0x400, 0x52F},   {0x590, 0x5FF},   {0x600, 0x6FF},   {0x900, 0xDFF},     {0xE00, 0xEFF},     {0x1AB0, 0x1DFF},
      {0x1E00, 0x1FFF}, {0x2000, 0x20FF}, {0x2100, 0x2BFF}, {0x3000, 0x30FF},   {0x4E00, 0x9FFF},   {0xAC00, 0xD7A3},
      {0xF900, 0xFAFF}, {0xFE00, 0xFFFF}, {0x1100, 0x11FF}, {0x10000, 0x1FFFF}, {0x1D100, 0x1D1FF}, {0x20000, 0x2FA1F},
      {0x0, 0x10FFFF},
  };
  static constexpr const char* kWords[16] = {"the",       "movie", "[SEP]", "[MASK]",      "##ing", "tokenization",
                                             "e\xCC\x81", "[UNK]", "don't", "Caf\xC3\xA9", "\r\n",  "[CLS]",
                                             "\t",        "un",    "ation", "..."};

  static uint64_t mix(uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
  }

  static void add(uint64_t draw, std::string& text) {
    const uint64_t which = draw % 32;
    draw >>= 8;
    if (which == 31) {
      text += kWords[draw % 16];
      return;
    }
    const Script& script = kScripts[which];
    const uint64_t code = script.first + draw % (script.last - script.first + 1);
    append_utf8(text, static_cast<char32_t>(code >= 0xD800 && code <= 0xDFFF ? code - 0x800 : code));
  }

  uint64_t seed_;
};

}  // namespace hone::text
