// Finds the substrings that Unigram's training starts with, as tokenizers does with its suffix array (esaxx): the
// substrings of the distinct words that occur at least twice and are followed by at least two different characters, the
// end of a word being one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/word_table.h"

namespace hone::text {

struct RepeatedSubstring {
  std::string_view text;
  uint64_t score;  // occurrences in distinct words, times the length in characters
};

// The words one after another, each followed by a zero byte. RepeatedSubstring::text points into it.
std::string join_words(std::span<const WordCount> words);

// Returns the `limit` best substrings of 2 to `max_length` characters, sorted by score, then by their bytes, both
// descending. num_threads 0: all cores. Error (kInput): the words have more than 4 GiB.
std::vector<RepeatedSubstring> repeated_substrings(std::string_view joined, size_t max_length, size_t limit,
                                                   int num_threads = 0);

}  // namespace hone::text
