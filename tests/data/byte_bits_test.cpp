#include "data/byte_bits.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace byte_bits_test {

using namespace hone;

TEST_CASE("the bits are those of passing_bytes, in whole blocks, at the end and after it") {
  std::mt19937 random(2);
  const auto test = [](ByteLanes bytes) { return in_byte_range(bytes, 'a', 'k') | is_beyond_ascii(bytes); };
  for (size_t size = 0; size < 300; ++size) {
    std::string text;
    while (text.size() < size) text += static_cast<char>(random());
    for (size_t begin = 0; begin <= size + 1; ++begin) {
      CHECK(data::byte_bits(text, begin, test) == passing_bytes(text, begin, test));
    }
  }
}

}  // namespace byte_bits_test
