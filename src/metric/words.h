// Words and characters of texts, as the metrics of generated texts count them. Python's definitions of white space.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace hone::metric {

// Returns the parts between white space, as Python's str.split().
std::vector<std::string_view> split_words(std::string_view text);

// Returns the text without white space at its ends, or at its end.
std::string_view stripped(std::string_view text);
std::string_view right_stripped(std::string_view text);

struct Character {
  uint32_t code = 0;
  std::string_view bytes;
};

// Returns the characters of UTF-8; an invalid byte is a character by itself.
std::vector<Character> characters_of(std::string_view text);

}  // namespace hone::metric
