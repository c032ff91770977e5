// What the trainers of Hugging Face's tokenizers make of words and texts (tests/fixtures/make_trainer_fixtures.py).
#pragma once

#include <string>
#include <vector>

#include "base/utf8.h"
#include "text/tokenizer_fixtures.h"
#include "text/word_table.h"

namespace hone::text {

inline Json read_trainer_fixture(const std::string& name) {
  return read_json(std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "trainer" / name);
}

// The counted words of a case. They are views of `words`.
inline std::vector<WordCount> fixture_words(const Json& words) {
  std::vector<WordCount> counts;
  for (const auto& [word, count] : words.items()) counts.push_back({word, count.get<uint64_t>()});
  return counts;
}

inline std::u32string fixture_characters(const Json& list) {
  std::u32string characters;
  for (const Json& item : list) {
    const std::string text = item;
    const char* p = text.data();
    characters.push_back(next_code_point(p));
  }
  return characters;
}

}  // namespace hone::text
