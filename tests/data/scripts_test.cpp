#include "data/scripts.h"

#include <doctest/doctest.h>

namespace scripts_test {

using namespace hone::data;

TEST_CASE("letters have the script of the Unicode Character Database") {
  CHECK(script_of(U'a') == Script::kLatin);
  CHECK(script_of(0xE9) == Script::kLatin);
  CHECK(script_of(0x0416) == Script::kCyrillic);
  CHECK(script_of(0x4E2D) == Script::kHan);
  CHECK(script_of(0x20000) == Script::kHan);
  CHECK(script_of(0x3042) == Script::kHiragana);
  CHECK(script_of(0x30A2) == Script::kKatakana);
  CHECK(script_of(0xAC00) == Script::kHangul);
  CHECK(script_of(0x0E01) == Script::kThai);
  CHECK(script_of(0x16A0) == Script::kOther);  // Runic
  for (const char32_t code : {U'1', U' ', U'.', char32_t{0xD7}, char32_t{0x1F600}, char32_t{0x10FFFF}}) {
    CHECK(script_of(code) == Script::kNone);
  }
  CHECK(script_name(Script::kMongolian) == "Mongolian");
  CHECK(script_name(Script::kOther) == "other");
}

}  // namespace scripts_test
