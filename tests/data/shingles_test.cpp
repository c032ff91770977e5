#include "data/shingles.h"

#include <doctest/doctest.h>

#include <random>

#include "base/utf8.h"
#include "text/character_kind.h"
#include "text/unicode.h"

namespace shingles_test {

using namespace hone;
using namespace hone::data;

bool is_chinese_or_kana(char32_t code) { return (code >= 0x3040 && code <= 0x30FF) || text::is_chinese(code); }

// The definition, character by character.
std::u32string plain_characters(std::string_view text) {
  std::u32string result;
  bool gap = false;
  for (const char* p = text.data(); p < text.data() + text.size();) {
    char32_t code = next_code_point(p);
    if (code >= 0xFF01 && code <= 0xFF5E) code -= 0xFEE0;
    const text::CharacterKind kind = text::CharacterKinds::get().of(code);
    const bool is_compared =
        text::is_in(kind, text::kLetterKinds | text::kNumberKind) || (code >= 0x300 && text::is_combining_mark(code));
    if (!is_compared) {
      gap = true;
      continue;
    }
    const bool touches_chinese = is_chinese_or_kana(code) || (!result.empty() && is_chinese_or_kana(result.back()));
    if (gap && !result.empty() && !touches_chinese) result += U' ';
    gap = false;
    for (const char32_t lower : text::to_lowercase(code)) result += lower;
  }
  return result;
}

std::vector<uint64_t> plain_hashes(std::u32string_view characters) {
  const auto hash_of = [](std::u32string_view shingle) {
    uint64_t hash = shingle.size();
    for (const char32_t code : shingle) hash = hash * 0x9E3779B97F4A7C15U + code;
    return hash;
  };
  std::vector<uint64_t> hashes;
  for (size_t at = 0; at < characters.size(); ++at) {
    const size_t size = is_chinese_or_kana(characters[at]) ? 2 : 5;
    if (at + size <= characters.size()) hashes.push_back(hash_of(characters.substr(at, size)));
  }
  if (hashes.empty() && !characters.empty()) hashes.push_back(hash_of(characters));
  return hashes;
}

void check_text(ShingleReader& reader, std::string_view text) {
  CAPTURE(text);
  reader.read(text);
  const std::u32string wanted = plain_characters(text);
  CHECK(std::u32string(reader.characters()) == wanted);
  CHECK(std::vector<uint64_t>(reader.hashes().begin(), reader.hashes().end()) == plain_hashes(wanted));
}

TEST_CASE("characters and shingles are those of the definition, in texts of several scripts") {
  std::mt19937 random(5);
  // Of ASCII, Latin, Greek, punctuation, kana, Chinese, full width, and beyond the Basic Multilingual Plane.
  constexpr std::pair<char32_t, char32_t> kRanges[] = {
      {0x20, 0x7E},     {0x30, 0x7A},     {0x30, 0x7A},     {0xA0, 0x24F},      {0x370, 0x3FF}, {0x2000, 0x206F},
      {0x3000, 0x30FF}, {0x4E00, 0x9FFF}, {0xFF00, 0xFFEF}, {0x1F300, 0x1F64F}, {0x300, 0x36F}, {0x20000, 0x2A6D0}};
  ShingleReader reader;
  for (int trial = 0; trial < 3000; ++trial) {
    std::string text;
    const size_t num_ranges = 1 + random() % std::size(kRanges);
    for (size_t i = random() % 90; i > 0; --i) {
      const auto [first, last] = kRanges[random() % num_ranges];
      append_utf8(text, first + random() % (last - first + 1));
    }
    check_text(reader, text);
  }
}

TEST_CASE("every character alone is compared as by the definition") {
  ShingleReader reader;
  size_t num_differences = 0;
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, code);
    // The memory of ShingleReader relies on this.
    num_differences += static_cast<size_t>(text::to_lowercase(code).count) > text.size();
    text = "a " + text + " b";
    reader.read(text);
    num_differences += std::u32string(reader.characters()) != plain_characters(text);
  }
  CHECK(num_differences == 0);
}

TEST_CASE("case, punctuation and width do not matter, and spaces beside Chinese characters are nothing") {
  ShingleReader reader;
  const auto characters = [&](std::string_view text) {
    reader.read(text);
    return std::u32string(reader.characters());
  };
  CHECK(characters("  Hello,   World! ") == U"hello world");
  CHECK(characters("\xEF\xBC\xA1\xEF\xBC\x8C\xEF\xBC\x92") == U"a 2");
  CHECK(characters("\xE5\xA5\xBD \xE7\x9A\x84, ok") == U"\u597D\u7684ok");
  CHECK(characters("...").empty());
  CHECK(reader.hashes().empty());
}

TEST_CASE("the similarity is that of the sets") {
  CHECK(jaccard(shingles("abcdef"), shingles("abcdef")) == 1);
  CHECK(jaccard(shingles("abcdef"), shingles("bcdefg")) == doctest::Approx(1.0 / 3));  // abcde bcdef cdefg
  CHECK(jaccard(shingles("aaaaaaaa"), shingles("aaaaa")) == 1);
  CHECK(jaccard(shingles("..."), shingles("")) == 0);
}

TEST_CASE("very long texts have the same similarity, and no memory is kept for them") {
  ShingleComparer comparer;
  const auto numbers = [](int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i) text += std::to_string(100'000 + i) + (i % 2 == 0 ? " " : "x");
    return text;
  };
  for (const int count : {5'000, 10'000, 100'000}) {  // the first needs a table, the others are sorted
    const std::string a = numbers(0, count), b = numbers(count / 2, count);
    CHECK(comparer.similarity(a, b) == jaccard(shingles(a), shingles(b)));
    CHECK(comparer.similarity(a, a) == 1);
    CHECK(comparer.similarity(b, "") == 0);
    CHECK(comparer.similarity("abcdef", "bcdefg") == doctest::Approx(1.0 / 3));
    CHECK(comparer.table_bytes() <= 4U << 20U);
  }
}

TEST_CASE("a reader frees the memory of very long texts only") {
  ShingleReader reader;
  reader.read("abcdef");
  reader.release_large();
  CHECK(reader.hashes().size() == 2);
  reader.read(std::string(1'000'000, 'a'));
  CHECK(reader.hashes().size() == 1'000'000 - 4);
  CHECK(reader.kept_bytes() > 4U << 20U);
  reader.release_large();
  CHECK(reader.kept_bytes() == 0);
  reader.read("abcdef");
  CHECK(reader.hashes().size() == 2);
}

TEST_CASE("pairs that are compared one after the other have the similarity of sorted sets") {
  std::mt19937 random(8);
  ShingleComparer comparer;
  CHECK(comparer.similarity("", "...") == 0);
  for (int trial = 0; trial < 2000; ++trial) {
    std::string a, b;
    for (size_t i = random() % 200; i > 0; --i) a += static_cast<char>('a' + random() % 3);
    b = random() % 2 == 0 ? a : "";
    for (size_t i = random() % 50; i > 0; --i)
      b.insert(b.begin() + static_cast<ptrdiff_t>(random() % (b.size() + 1)), 'b');
    CAPTURE(a);
    CAPTURE(b);
    const double similarity = jaccard(shingles(a), shingles(b));
    CHECK(comparer.similarity(a, b) == similarity);
    for (const double threshold : {0.3, 0.8, similarity}) {
      const double found = comparer.similarity(a, b, threshold);
      CHECK((found >= threshold) == (similarity >= threshold));
      if (found >= threshold) CHECK(found == similarity);
    }
  }
}

}  // namespace shingles_test
