#include "data/shingles.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "text/character_kind.h"
#include "text/unicode.h"

namespace hone::data {

namespace {

constexpr size_t kShingleSize = 5, kChineseShingleSize = 2;

bool is_chinese_or_kana(char32_t code) { return code >= 0x3040 && (code <= 0x30FF || text::is_chinese(code)); }

char32_t half_width(char32_t code) { return code >= 0xFF01 && code <= 0xFF5E ? code - 0xFEE0 : code; }

bool is_compared(char32_t code) {
  return text::is_in(text::CharacterKinds::get().of(code), text::kLetterKinds | text::kNumberKind) ||
         (code >= 0x300 && text::is_combining_mark(code));
}

// Of a polynomial over the characters; sketches mix its bits.
constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15U;

uint64_t hash_of(std::u32string_view characters) {
  uint64_t hash = characters.size();
  for (const char32_t code : characters) hash = hash * kMultiplier + code;
  return hash;
}

constexpr std::array<char, 128> kComparedAscii = [] {
  std::array<char, 128> compared{};
  for (char c = '0'; c <= '9'; ++c) compared[static_cast<size_t>(c)] = c;
  for (char c = 'a'; c <= 'z'; ++c) compared[static_cast<size_t>(c)] = compared[static_cast<size_t>(c - 32)] = c;
  return compared;
}();

}  // namespace

std::u32string compared_characters(std::string_view text) {
  std::u32string result;
  result.reserve(text.size());
  bool gap = false, after_chinese = false;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    const char32_t code = half_width(next_code_point(p));
    const bool is_ascii = code < 0x80;
    if (is_ascii ? kComparedAscii[code] == 0 : !is_compared(code)) {
      gap = true;
      continue;
    }
    const bool is_chinese = is_chinese_or_kana(code);
    if (gap && !result.empty() && !after_chinese && !is_chinese) result += U' ';
    gap = false;
    after_chinese = is_chinese;
    if (is_ascii) {
      result += static_cast<char32_t>(kComparedAscii[code]);
    } else if (is_chinese) {
      result += code;
    } else {
      for (const char32_t lower : text::to_lowercase(code)) result += lower;
    }
  }
  return result;
}

std::vector<uint64_t> shingle_hashes(std::u32string_view characters) {
  std::vector<uint64_t> result;
  result.reserve(characters.size());
  for (size_t at = 0; at < characters.size(); ++at) {
    const size_t size = is_chinese_or_kana(characters[at]) ? kChineseShingleSize : kShingleSize;
    if (at + size <= characters.size()) result.push_back(hash_of(characters.substr(at, size)));
  }
  if (result.empty() && !characters.empty()) result.push_back(hash_of(characters));
  return result;
}

std::vector<uint64_t> shingles(std::string_view text) {
  std::vector<uint64_t> result = shingle_hashes(compared_characters(text));
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
