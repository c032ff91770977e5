// Reads the lines of a text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace hone {

// Calls use(line, number) for each line of `text`, counted from 1, without its "\n" or "\r\n". The text behind the last
// "\n" is a line unless it is empty.
template <typename Use>
void for_each_line(std::string_view text, const Use& use) {
  size_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    use(line, ++number);
    begin = end + 1;
  }
}

}  // namespace hone
