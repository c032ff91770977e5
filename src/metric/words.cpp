#include "metric/words.h"

#include <algorithm>
#include <array>

namespace hone::metric {

namespace {

struct Decoded {
  uint32_t character = 0;
  size_t size = 1;  // bytes
};

Decoded decode_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, 1};
  const size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
  if (size == 1 || at + size > text.size()) return {first, 1};
  uint32_t character = first & (0x7FU >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return {first, 1};
    character = character << 6U | (byte(at + i) & 0x3FU);
  }
  return {character, size};
}

// str.isspace() of Python.
bool is_space(uint32_t c) {
  constexpr std::array<uint32_t, 8> kOthers{0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
  if (c <= 0x20) return (c >= 0x09 && c <= 0x0D) || c >= 0x1C;
  return (c >= 0x2000 && c <= 0x200A) || std::ranges::find(kOthers, c) != kOthers.end();
}

}  // namespace

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const Decoded next = decode_at(text, at);
    if (is_space(next.character)) {
      if (begin < at) words.push_back(text.substr(begin, at - begin));
      begin = at + next.size;
    }
    at += next.size;
  }
  if (begin < text.size()) words.push_back(text.substr(begin));
  return words;
}

std::string_view right_stripped(std::string_view text) {
  size_t end = 0;  // behind the last character that is no space
  for (size_t at = 0; at < text.size();) {
    const Decoded next = decode_at(text, at);
    at += next.size;
    if (!is_space(next.character)) end = at;
  }
  return text.substr(0, end);
}

std::string_view stripped(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size()) {
    const Decoded next = decode_at(text, begin);
    if (!is_space(next.character)) break;
    begin += next.size;
  }
  return right_stripped(text.substr(begin));
}

std::vector<Character> characters_of(std::string_view text) {
  std::vector<Character> characters;
  for (size_t at = 0; at < text.size();) {
    const Decoded next = decode_at(text, at);
    characters.push_back({next.character, text.substr(at, next.size)});
    at += next.size;
  }
  return characters;
}

}  // namespace hone::metric
