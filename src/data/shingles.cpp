#include "data/shingles.h"

#include <algorithm>

#include "base/utf8.h"
#include "text/character_kind.h"
#include "text/unicode.h"

namespace hone::data {

namespace {

constexpr size_t kShingleSize = 5, kChineseShingleSize = 2;

bool is_chinese_or_kana(char32_t code) { return code >= 0x3040 && (code <= 0x30FF || text::is_chinese(code)); }

char32_t half_width(char32_t code) { return code >= 0xFF01 && code <= 0xFF5E ? code - 0xFEE0 : code; }

bool is_compared(char32_t code) {
  const text::CharacterKind kind = text::CharacterKinds::get().of(code);
  return kind == text::CharacterKind::kLetter || kind == text::CharacterKind::kNumber ||
         (code >= 0x300 && text::is_combining_mark(code));
}

// The finalizer of splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
uint64_t mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

uint64_t hash_of(std::u32string_view characters) {
  uint64_t hash = characters.size();
  for (const char32_t code : characters) hash = hash * 0x9E3779B97F4A7C15U + code;
  return mixed(hash);
}

}  // namespace

std::u32string compared_characters(std::string_view text) {
  std::u32string result;
  result.reserve(text.size());
  bool gap = false;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    const char32_t code = half_width(next_code_point(p));
    if (!is_compared(code)) {
      gap = true;
      continue;
    }
    if (gap && !result.empty() && !is_chinese_or_kana(result.back()) && !is_chinese_or_kana(code)) result += U' ';
    gap = false;
    if (code < 0x80) {
      result += code >= 'A' && code <= 'Z' ? code + 32 : code;
    } else if (is_chinese_or_kana(code)) {
      result += code;
    } else {
      for (const char32_t lower : text::to_lowercase(code)) result += lower;
    }
  }
  return result;
}

std::vector<uint64_t> shingles(std::string_view text) {
  const std::u32string characters = compared_characters(text);
  const std::u32string_view all = characters;
  std::vector<uint64_t> result;
  result.reserve(all.size());
  for (size_t at = 0; at < all.size(); ++at) {
    const size_t size = is_chinese_or_kana(all[at]) ? kChineseShingleSize : kShingleSize;
    if (at + size <= all.size()) result.push_back(hash_of(all.substr(at, size)));
  }
  if (result.empty() && !all.empty()) result.push_back(hash_of(all));
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

double jaccard(std::span<const uint64_t> a, std::span<const uint64_t> b) {
  size_t shared = 0;
  auto left = a.begin(), right = b.begin();
  while (left != a.end() && right != b.end()) {
    if (*left == *right) {
      ++shared, ++left, ++right;
    } else if (*left < *right) {
      ++left;
    } else {
      ++right;
    }
  }
  const size_t all = a.size() + b.size() - shared;
  return all == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(all);
}

}  // namespace hone::data
