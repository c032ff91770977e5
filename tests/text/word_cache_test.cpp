#include "text/word_cache.h"

#include <doctest/doctest.h>

#include <cctype>
#include <string>

namespace word_cache_test {

using namespace hone::text;

// Returns what read_word should find, byte by byte.
std::string plain_word(const std::string& text, bool lowercase) {
  std::string word;
  for (size_t i = 0; i < WordKey::kSize; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool in_word = byte < 0x80 && std::isalnum(byte) != 0;
    if (!in_word) break;
    word += static_cast<char>(lowercase ? std::tolower(byte) : byte);
  }
  return word;
}

std::string padded(std::string text) {
  text.resize(WordKey::kSize, ' ');
  return text;
}

TEST_CASE("a word is a sequence of letters and digits, in lower case if requested") {
  for (const char* text : {"Movie", "movie!", "MiXeD09", "", " x", "sixteen letters", "abcdefghijklmnop",
                           "ABCDEFGHIJKLMNOPQR", "caf\xC3\xA9", "a\x80z", "[CLS]", "@Az`{", "/09:"}) {
    for (const bool lowercase : {false, true}) {
      const std::string bytes = padded(text);
      const std::string expected = plain_word(bytes, lowercase);
      WordKey key;
      CHECK(read_word(bytes.data(), lowercase, key) == expected.size());
      CHECK(key == WordKey(expected.data(), expected.size()));
    }
  }
}

TEST_CASE("every byte ends a word or belongs to it, as in ASCII") {
  for (int byte = 0; byte < 256; ++byte) {
    std::string bytes = padded("ab");
    bytes[1] = static_cast<char>(byte);
    const std::string expected = plain_word(bytes, true);
    WordKey key;
    CHECK(read_word(bytes.data(), true, key) == expected.size());
    CHECK(key == WordKey(expected.data(), expected.size()));
  }
}

TEST_CASE("a cached word is found in its slot") {
  WordCache& cache = WordCache::of_thread();
  const WordKey movie("movie", 5), film("film", 4);
  WordCache::Entry& entry = cache.slot(movie);
  CHECK(&cache.slot(WordKey("movie", 5)) == &entry);
  CHECK(&cache.slot(film) != &entry);
  CHECK(&WordCache::of_thread() == &cache);
}

}  // namespace word_cache_test
