// The text of tests/fixtures/make_corpus_fixture.py.
#pragma once

#include <array>
#include <string>

namespace hone::corpus {

inline std::string run_clm_text() {
  constexpr std::array<const char*, 12> kWords = {"the", "quick", "brown", "fox", "jumps",  "over",
                                                  "a",   "lazy",  "dog",   "and", "sleeps", "well"};
  std::string text;
  for (size_t i = 0; i < 2300; ++i) {
    if (i > 0) text += '\n';
    for (size_t j = 0; j < i * 7 % 13; ++j) {
      if (j > 0) text += ' ';
      text += kWords[(i * i + 3 * j) % kWords.size()];
    }
  }
  return text;
}

}  // namespace hone::corpus
