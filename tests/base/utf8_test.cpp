#include "base/utf8.h"

#include "expect_error.h"

namespace hone {

TEST_CASE("the first byte that is not UTF-8 is found") {
  CHECK(find_invalid_utf8("") == std::string_view::npos);
  CHECK(find_invalid_utf8("a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80") == std::string_view::npos);
  CHECK(find_invalid_utf8("ab\x80") == 2);
  CHECK(find_invalid_utf8("a\xC3") == 1);
  CHECK(find_invalid_utf8("\xC0\x80") == 0);             // overlong
  CHECK(find_invalid_utf8("a\xE0\x80\xAF") == 1);        // overlong
  CHECK(find_invalid_utf8("ab\xED\xA0\x80") == 2);       // a surrogate
  CHECK(find_invalid_utf8("abc\xF4\x90\x80\x80") == 3);  // beyond U+10FFFF
  CHECK(find_invalid_utf8(std::string(100, 'a') + "\xFF") == 100);
}

TEST_CASE("the error names the byte and the text that contains it") {
  const Error error = expect_error([] { check_utf8("ab\xFE", "vocab.txt"); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "vocab.txt: byte 2 (0xfe) is not UTF-8"));
}

TEST_CASE("every code point is written and read back") {
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    std::string text;
    append_utf8(text, code);
    const char* p = text.data();
    const bool is_same =
        text.size() == utf8_length(code) && next_code_point(p) == code && p == text.data() + text.size();
    if (!is_same) FAIL("code point ", static_cast<uint32_t>(code));
  }
}

TEST_CASE("code points are counted") {
  CHECK(count_code_points("") == 0);
  CHECK(count_code_points("abc") == 3);
  CHECK(count_code_points("a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80") == 4);
}

TEST_CASE("a text is truncated between characters") {
  const std::string text = "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80";  // characters of 1, 2, 3 and 4 bytes
  const size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (size_t most = 0; most < std::size(whole); ++most) CHECK(whole_characters(text, most).size() == whole[most]);
  CHECK(shortened(text, 5) == "a\xC3\xA9...");
  CHECK(shortened(text, 10) == text);
  CHECK(shortened("", 0).empty());
  CHECK(shortened("\x80\x80", 1) == "...");  // not UTF-8: no valid character remains
}

}  // namespace hone

TEST_CASE("the byte of a code point is that of its first byte; behind the last it is the size") {
  const std::string_view text = "a\xE9\x85\x92\xF0\x9F\x91\x8D";
  CHECK(hone::byte_of_code_point(text, 0) == 0);
  CHECK(hone::byte_of_code_point(text, 1) == 1);
  CHECK(hone::byte_of_code_point(text, 2) == 4);
  CHECK(hone::byte_of_code_point(text, 3) == 8);
  CHECK(hone::byte_of_code_point(text, 4) == std::string_view::npos);
  CHECK(hone::byte_of_code_point("", 0) == 0);
}
