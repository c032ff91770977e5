#include "grammar/expression.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/utf8.h"

namespace expression_test {

using namespace hone;
using namespace hone::grammar;

std::vector<std::vector<ByteRange>> ranges(char32_t first, char32_t last) {
  std::vector<std::vector<ByteRange>> all;
  for_each_utf8_range(first, last, [&](const std::vector<ByteRange>& bytes) { all.push_back(bytes); });
  return all;
}

bool has(const std::vector<std::vector<ByteRange>>& all, const std::string& bytes) {
  return std::ranges::count_if(all, [&](const std::vector<ByteRange>& each) {
           if (each.size() != bytes.size()) return false;
           for (size_t i = 0; i < bytes.size(); ++i) {
             const auto byte = static_cast<uint8_t>(bytes[i]);
             if (byte < each[i].low || byte > each[i].high) return false;
           }
           return true;
         }) == 1;
}

TEST_CASE("a range of one length needs one sequence if its borders are those of bytes") {
  CHECK(ranges('a', 'z') == std::vector<std::vector<ByteRange>>{{{'a', 'z'}}});
  CHECK(ranges(0x80, 0x7FF) == std::vector<std::vector<ByteRange>>{{{0xC2, 0xDF}, {0x80, 0xBF}}});
  CHECK(ranges(0x10000, 0x3FFFF) ==
        std::vector<std::vector<ByteRange>>{{{0xF0, 0xF0}, {0x90, 0xBF}, {0x80, 0xBF}, {0x80, 0xBF}}});
}

TEST_CASE("each character is in one sequence, and no other one is") {
  constexpr std::pair<char32_t, char32_t> kRanges[] = {
      {0x41, 0x2345}, {0x7FE, 0x801}, {0xD7FE, 0xE001}, {0xFFFE, 0x10FFFF}};
  for (const auto& [first, last] : kRanges) {
    const auto all = ranges(first, last);
    CHECK(all.size() < 12);
    for (char32_t code = 1; code < 0x12000; code += code < 0x900 ? 1 : 37) {
      if (code >= 0xD800 && code <= 0xDFFF) continue;
      CAPTURE(code);
      std::string bytes;
      append_utf8(bytes, code);
      CHECK(has(all, bytes) == (code >= first && code <= last));
    }
    CHECK_FALSE(has(all, "\xed\xa0\x80"));  // a surrogate
  }
}

}  // namespace expression_test
