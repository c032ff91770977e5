#include "base/byte_scan.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace byte_scan_test {

using namespace hone;

ByteLanes is_wanted(ByteLanes bytes) { return in_byte_range(bytes, 0, 0x1F) | equals_byte(bytes, 0xC3); }
bool is_wanted_byte(char c) { return static_cast<unsigned char>(c) <= 0x1F || c == '\xC3'; }

std::string random_text(std::mt19937& random, size_t size) {
  std::string text;
  while (text.size() < size) text += static_cast<char>(random() % 40 == 0 ? random() % 256 : 0x20 + random() % 0x60);
  return text;
}

TEST_CASE("bytes are found and counted as by a loop, in texts of every length and from every position") {
  std::mt19937 random(1);
  for (size_t size = 0; size < 300; ++size) {
    const std::string text = random_text(random, size);
    size_t count = 0;
    for (const char c : text) count += is_wanted_byte(c);
    CHECK(count_bytes(text, is_wanted) == count);
    CHECK(has_byte(text, is_wanted) == (count > 0));
    for (size_t begin = 0; begin <= size; ++begin) {
      const uint64_t passing = passing_bytes(text, begin, is_wanted);
      for (size_t i = 0; i < kPassingBytes; ++i) {
        CHECK((passing >> i & 1) == (begin + i < size && is_wanted_byte(text[begin + i])));
      }
    }
    size_t next = size;  // the first wanted byte from `begin` on
    for (size_t begin = size + 1; begin-- > 0;) {
      if (begin < size && is_wanted_byte(text[begin])) next = begin;
      CHECK(find_byte(text, begin, is_wanted) == next);
    }
  }
}

TEST_CASE("each of the 256 bytes passes the tests that it should") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(70, static_cast<char>(byte));
    CAPTURE(byte);
    CHECK(count_bytes(text, [](ByteLanes bytes) { return equals_byte(bytes, 0x80); }) == (byte == 0x80 ? 70 : 0));
    const auto in_range = [](ByteLanes bytes) { return in_byte_range(bytes, 0x7F, 0xC2); };
    CHECK(count_bytes(text, in_range) == (byte >= 0x7F && byte <= 0xC2 ? 70 : 0));
    CHECK(count_bytes(text, [](ByteLanes bytes) { return in_byte_range(bytes, 0, 0xFF); }) == 70);
    CHECK(is_all_ascii(text) == (byte < 0x80));
  }
  CHECK(is_all_ascii(""));
}

}  // namespace byte_scan_test
