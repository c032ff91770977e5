#include "data/compared_text.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace compared_text_test {

using namespace hone::data;

std::string ascii(ComparedText& compared, std::string_view text) {
  compared.read(text);
  CHECK(compared.is_ascii());
  CHECK(compared.size() == compared.ascii().size());
  return std::string(compared.ascii().begin(), compared.ascii().end());
}

// What a plain loop makes of ASCII.
std::string plain_ascii(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool is_upper = c >= 'A' && c <= 'Z', is_word = is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (is_word) result += static_cast<char>(is_upper ? c + 32 : c);
    if (!is_word && !result.empty() && result.back() != ' ') result += ' ';
  }
  if (result.ends_with(' ')) result.pop_back();
  return result;
}

// shingles_test.cpp compares texts of many scripts with the definition.
TEST_CASE("gaps of ASCII at each place of texts of each length become one space") {
  ComparedText compared;
  for (size_t size = 0; size < 140; ++size) {
    for (size_t at = 0; at <= size; ++at) {
      for (const std::string_view gap : {".", ", ", "!? -"}) {
        std::string text;
        for (size_t i = 0; i < size; ++i) text += static_cast<char>((i % 3 == 0 ? 'A' : 'a') + i % 26);
        text.insert(at, gap);
        CHECK(ascii(compared, text) == plain_ascii(text));
      }
    }
  }
  std::string every_byte;
  for (int c = 0; c < 128; ++c) every_byte += std::string(1, static_cast<char>(c)) + "a";
  CHECK(ascii(compared, every_byte) == plain_ascii(every_byte));
}

TEST_CASE("texts of ASCII are followed by zeros") {
  ComparedText compared;
  CHECK(ascii(compared, "a longer text than the next one") == "a longer text than the next one");
  CHECK(ascii(compared, "abc") == "abc");
  for (size_t i = 0; i < 8; ++i) CHECK(compared.ascii().data()[3 + i] == 0);
}

TEST_CASE("signs beyond ASCII are gaps, and letters that become ASCII are ASCII") {
  ComparedText compared;
  CHECK(ascii(compared, "it\xE2\x80\x99s \xE2\x80\x9Cgood\xE2\x80\x9D") == "it s good");
  CHECK(ascii(compared, "\xEF\xBC\xA1\xEF\xBC\x8C\xEF\xBC\x92") == "a 2");
  CHECK(ascii(compared, "300 \xE2\x84\xAA") == "300 k");  // the Kelvin sign
  compared.read("caf\xC3\xA9, ok");
  CHECK_FALSE(compared.is_ascii());
  CHECK(std::u32string(compared.wide().begin(), compared.wide().end()) == U"caf\u00E9 ok");
}

TEST_CASE("texts with other characters, or the same in another order, have another hash") {
  std::set<uint64_t> hashes;
  ComparedText compared;
  size_t num_texts = 0;
  const auto add = [&](const std::string& text) {
    compared.read(text);
    hashes.insert(compared.hash());
    ++num_texts;
  };
  for (size_t size = 1; size < 150; ++size) {
    const std::string text(size, 'a');
    add(text);
    add(text + "\xC3\xA9");
    for (size_t at = 0; at < size; ++at) {
      std::string changed = text;
      changed[at] = 'b';
      if (size > 1) add(changed);
    }
  }
  CHECK(hashes.size() == num_texts);
  compared.read("One, two");
  const uint64_t hash = compared.hash();
  compared.read("a much longer text that was read before");
  compared.read("one two!");
  CHECK(compared.hash() == hash);
}

TEST_CASE("the memory of very long texts only is freed") {
  ComparedText compared;
  compared.read("abcdef");
  compared.release_large();
  CHECK(compared.size() == 6);
  compared.read(std::string(5'000'000, 'a'));
  CHECK(compared.size() == 5'000'000);
  compared.release_large();
  CHECK(compared.kept_bytes() == 0);
  CHECK(ascii(compared, "abcdef") == "abcdef");
}

}  // namespace compared_text_test
