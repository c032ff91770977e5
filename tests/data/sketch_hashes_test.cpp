#include "data/sketch_hashes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <random>
#include <string>

#include "base/utf8.h"

namespace sketch_hashes_test {

using namespace hone;
using namespace hone::data;

std::u32string characters_of(const ComparedText& text) {
  return text.is_ascii() ? std::u32string(text.ascii().begin(), text.ascii().end())
                         : std::u32string(text.wide().begin(), text.wide().end());
}

uint32_t plain_symbol(char32_t code) {
  if (code < 0x80) return code;
  uint32_t x = static_cast<uint32_t>(code) * 0x85EBCA77U;
  x = (x ^ (x >> 15)) * 0xC2B2AE3DU;
  return x ^ (x >> 16);
}

uint32_t plain_hash(std::u32string_view shingle) {
  uint32_t first_four = 0, fifth = 0;
  for (size_t i = 0; i < shingle.size(); ++i) {
    const uint32_t symbol = plain_symbol(shingle[i]);
    if (i < 4) first_four += std::rotl(symbol, 8 * static_cast<int>(i));
    if (i == 4) fifth = symbol;
  }
  uint32_t x = first_four * 0x9E3779B1U + fifth * 0x85EBCA77U;
  x = (x ^ (x >> 15)) * 0xC2B2AE3DU;
  return (x ^ (x >> 16)) >> 2;
}

// The definition, shingle by shingle, in ascending order.
std::vector<uint32_t> plain_hashes(std::u32string_view characters) {
  std::vector<uint32_t> hashes;
  for (size_t at = 0; at < characters.size(); ++at) {
    const size_t size = characters[at] >= 0x3040 ? 2 : 5;  // of the characters in these tests
    if (at + size <= characters.size()) hashes.push_back(plain_hash(characters.substr(at, size)));
  }
  if (hashes.empty() && !characters.empty()) hashes.push_back(plain_hash(characters));
  std::ranges::sort(hashes);
  return hashes;
}

TEST_CASE("the hashes of texts of several scripts and of every length are those of the definition") {
  std::mt19937 random(3);
  // Of ASCII, Latin, Chinese, kana, and beyond the Basic Multilingual Plane.
  constexpr std::pair<char32_t, char32_t> kRanges[] = {{0x20, 0x7E},     {0x61, 0x7A},     {0xC0, 0x24F},
                                                       {0x4E00, 0x9FFF}, {0x3041, 0x3096}, {0x20000, 0x2A6D0}};
  ComparedText compared;
  SketchHashes hashes;
  for (int trial = 0; trial < 3000; ++trial) {
    std::string text;
    const size_t num_ranges = 1 + random() % std::size(kRanges);
    for (size_t i = random() % 150; i > 0; --i) {
      const auto [first, last] = kRanges[random() % num_ranges];
      append_utf8(text, first + random() % (last - first + 1));
    }
    CAPTURE(text);
    compared.read(text);
    const std::span<const uint32_t> found = hashes.of(compared);
    std::vector<uint32_t> sorted(found.begin(), found.end());
    std::ranges::sort(sorted);
    CHECK(sorted == plain_hashes(characters_of(compared)));
    if (!sorted.empty()) CHECK(sorted.back() < 1U << 30U);
  }
}

TEST_CASE("a shingle of ASCII has the same hash beside other characters") {
  ComparedText compared;
  SketchHashes hashes;
  compared.read("abcde");
  const uint32_t alone = hashes.of(compared)[0];
  compared.read("caf\xC3\xA9 abcde");
  CHECK_FALSE(compared.is_ascii());
  CHECK(std::ranges::count(hashes.of(compared), alone) == 1);
}

TEST_CASE("different shingles of English letters have different hashes") {
  ComparedText compared;
  SketchHashes hashes;
  std::vector<uint32_t> all;
  for (char32_t number = 0; number < 26 * 26 * 26; ++number) {
    std::string text = "th";
    for (char32_t rest = number, i = 0; i < 3; ++i, rest /= 26) text += static_cast<char>('a' + rest % 26);
    compared.read(text);
    all.push_back(hashes.of(compared)[0]);
  }
  std::ranges::sort(all);
  const auto num_equal = static_cast<double>(all.end() - std::unique(all.begin(), all.end()));
  // Random hashes have 17,576^2 / 2^31 = 0.14 equal pairs.
  CHECK(num_equal <= 3);
}

}  // namespace sketch_hashes_test
