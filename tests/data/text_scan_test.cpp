#include "data/text_scan.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace text_scan_test {

using namespace hone::data;

// What a plain loop over the bytes finds.
TextScan plain_scan(std::string_view text) {
  TextScan scan;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), is_break = c >= '\t' && c <= '\r';
    scan.letters += is_letter;
    scan.digits += c >= '0' && c <= '9';
    scan.spaces += c == ' ' || is_break;
    const auto is_as_before = [&](size_t distance) { return i >= distance && text[i] == text[i - distance]; };
    const auto add = [&](bool found, TextSign sign) {
      if (found) scan.signs |= sign;
    };
    add(c == '<', kSignLess);
    add(c == '&', kSignAmpersand);
    add(c == '@', kSignAt);
    const std::string_view last = i >= 2 ? text.substr(i - 2, 3) : "";
    add((is_as_before(1) && c == '/') || last == "ww." || last == "Ww." || last == "wW." || last == "WW.",
        kSignAddress);
    add(c == 0xC2 || c == 0xC3 || c == 0xE9, kSignMojibakeByte);
    add((c < 0x20 && !is_break) || c == 0x7F, kSignControl);
    add(c == ' ' && is_as_before(1), kSignTwoSpaces);
    add(is_as_before(1) && is_as_before(2) && is_as_before(4) && is_as_before(7), kSignRun);
    add(c >= 0x80, kSignBeyondAscii);
  }
  return scan;
}

bool is_equal(const TextScan& a, const TextScan& b) {
  return a.signs == b.signs && a.letters == b.letters && a.digits == b.digits && a.spaces == b.spaces;
}

TEST_CASE("each sign is found at each place of texts of each length, and no other") {
  constexpr std::string_view kSigns[] = {"<",    "&",    "@",    "://",  "Ww.",     "\xC2",    "\xC3",
                                         "\xE9", "\xF0", ":/",   "//",   "w.",      "w w.",    "  ",
                                         " ",    "\t",   "\x01", "\x7F", "bbbbbbb", "bbbbbbbb"};
  for (const std::string_view sign : kSigns) {
    CAPTURE(sign);
    size_t num_wrong = 0;
    for (size_t size = 0; size < 330; size += size < 70 ? 1 : 31) {
      for (size_t at = 0; at <= size; ++at) {
        std::string text;
        for (size_t i = 0; i < size; ++i) text += i % 2 == 0 ? 'a' : '1';
        text.insert(at, sign);
        num_wrong += !is_equal(scan_text(text), plain_scan(text));
      }
    }
    CHECK(num_wrong == 0);
  }
}

TEST_CASE("random texts of every length, also very long ones, are counted as by a plain loop") {
  std::mt19937 random(6);
  for (int trial = 0; trial < 2000; ++trial) {
    const uint32_t alphabet = 2 + random() % 126, first = random() % 2 == 0 ? 0 : ' ';
    std::string text;
    const size_t size = trial < 1980 ? random() % 700 : 8000 + random() % 40'000;
    while (text.size() < size) text += static_cast<char>((first + random() % alphabet) % 128);
    CHECK(is_equal(scan_text(text), plain_scan(text)));
  }
  CHECK(scan_text(std::string(100'000, 'a')).letters == 100'000);
}

TEST_CASE("bytes before and after the text do not count") {
  for (size_t size = 0; size < 300; ++size) {
    const std::string text = "ww<&://" + std::string(size, '.') + "@&<\xC3";
    CHECK((scan_text(std::string_view(text).substr(7, size)).signs & ~uint32_t{kSignRun}) == 0);
  }
}

}  // namespace text_scan_test
