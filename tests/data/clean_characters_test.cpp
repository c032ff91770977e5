#include "data/clean_characters.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <random>
#include <vector>

#include "base/json.h"
#include "base/utf8.h"
#include "text/normalizers.h"
#include "text/unicode.h"

namespace clean_characters_test {

using namespace hone;
using namespace hone::data;

constexpr char32_t kNothing = 0x110000;

// The text with change(code) for each character, which is kNothing for one that is removed.
template <typename Change>
std::string by_characters(std::string_view text, const Change& change) {
  std::string result;
  for (const char* p = text.data(); p < text.data() + text.size();) {
    const char32_t code = change(next_code_point(p));
    if (code != kNothing) append_utf8(result, code);
  }
  return result;
}

// Texts of letters, white space, marks, signs and Chinese, and the ends of the ranges that rules change.
std::vector<std::string> random_texts() {
  constexpr char32_t kSpecial[] = {0x00,   0x08,   0x09,   0x0A,   0x0D,   0x0E,    0x1C,    0x1F,   0x20,   0x20,
                                   0x20,   0x7E,   0x7F,   0x80,   0x85,   0x9F,    0xA0,    0xAD,   0xC4,   0xE9,
                                   0x130,  0x300,  0x301,  0x323,  0x1680, 0x1E9B,  0x2000,  0x200A, 0x200B, 0x200D,
                                   0x200E, 0x2010, 0x2028, 0x202E, 0x202F, 0x2060,  0x2064,  0x2126, 0x3000, 0x3001,
                                   0x304B, 0x3099, 0x4E2D, 0xAC00, 0x1100, 0x1161,  0x11A8,  0xF900, 0xFEFF, 0xFF01,
                                   0xFF21, 0xFF5E, 0xFF5F, 0xFFFD, 0xFB01, 0x1D15E, 0x1F600, 0x2F800};
  std::mt19937 random(11);
  std::vector<std::string> texts = {""};
  for (int trial = 0; trial < 4000; ++trial) {
    std::string text;
    const uint32_t share = 1 + random() % 100;  // of every hundred characters, how many are special
    for (size_t i = random() % 150; i > 0; --i) {
      const bool is_special = random() % 100 < share;
      append_utf8(text, is_special ? kSpecial[random() % std::size(kSpecial)] : U'A' + random() % 58);
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

template <typename Rule, typename Wanted>
void check_rule(const Rule& rule, const Wanted& wanted) {
  for (const std::string& text : random_texts()) {
    CAPTURE(text);
    CHECK(rule(text).value_or(text) == wanted(text));
  }
}

TEST_CASE("full-width characters become those of ASCII") {
  check_rule(in_half_width, [](std::string_view text) {
    return by_characters(text, [](char32_t code) {
      if (code == 0x3000) return U' ';
      return static_cast<char32_t>(code >= 0xFF01 && code <= 0xFF5E ? code - 0xFEE0 : code);
    });
  });
  CHECK(in_half_width("\xEF\xBC\xA1\xE3\x80\x80\xEF\xBC\x81") == "A !");
  CHECK(in_half_width("plain") == std::nullopt);
}

TEST_CASE("control characters are removed, and line breaks stay") {
  check_rule(without_control, [](std::string_view text) {
    return by_characters(text, [](char32_t code) {
      const bool is_control = code < 9 || (code > 13 && code < 32) || (code >= 127 && code < 160);
      return is_control ? kNothing : code;
    });
  });
  CHECK(without_control("a\x01"
                        "b\tc\nd\x7F\xC2\x85") == "ab\tc\nd");
}

TEST_CASE("invisible characters are removed, and joiners stay") {
  check_rule(without_invisible, [](std::string_view text) {
    return by_characters(text, [](char32_t code) {
      const std::u32string_view removed =
          U"\u00AD\u200B\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2060\u2061\u2062"
          U"\u2063\u2064\uFEFF";
      return removed.find(code) != std::u32string_view::npos ? kNothing : code;
    });
  });
  CHECK(without_invisible("a\xE2\x80\x8D"
                          "b") == std::nullopt);
}

TEST_CASE("lower case is that of each character") {
  const auto wanted = [](std::string_view text) {
    std::string result;
    for (const char* p = text.data(); p < text.data() + text.size();) {
      for (const char32_t lower : text::to_lowercase(next_code_point(p))) append_utf8(result, lower);
    }
    return result;
  };
  check_rule(in_lower_case, wanted);
  std::string all;
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (code < 0xD800 || code > 0xDFFF) append_utf8(all, code);
  }
  CHECK((in_lower_case(all) == wanted(all)));
}

TEST_CASE("white space of every kind becomes single spaces") {
  check_rule(with_single_spaces, [](std::string_view text) {
    std::string result;
    bool after_word = false, gap = false;
    for (const char* p = text.data(); p < text.data() + text.size();) {
      const char32_t code = next_code_point(p);
      if (text::is_whitespace(code) || (code >= 0x1C && code <= 0x1F)) {
        gap = true;
        continue;
      }
      if (gap && after_word) result += ' ';
      gap = false;
      after_word = true;
      append_utf8(result, code);
    }
    return result;
  });
  CHECK(with_single_spaces(" \n") == "");
}

TEST_CASE("every space of Unicode is known by its first byte") {
  for (char32_t code = 0; code < 0x110000; ++code) {
    if ((code >= 0xD800 && code <= 0xDFFF) || !text::is_whitespace(code)) continue;
    std::string text = "a";
    append_utf8(text, code);
    CAPTURE(static_cast<uint32_t>(code));
    CHECK(with_single_spaces(text + text) == "a a");
  }
}

TEST_CASE("a normal form of parts is that of the whole text") {
  for (const std::string form : {"NFC", "NFD", "NFKC", "NFKD"}) {
    CAPTURE(form);
    const text::Normalizer whole = text::make_normalizer({{"type", form}}, "test");
    check_rule(unicode_form_rule(form), [&](std::string_view text) {
      text::NormalizedText characters = text::to_normalized_text(text);
      whole(characters);
      return text::to_utf8(characters);
    });
  }
  CHECK(unicode_form_rule("NFKC")("plain text") == std::nullopt);
}

TEST_CASE("each character between others has the normal form of the whole text") {
  for (const std::string form : {"NFC", "NFD", "NFKC", "NFKD"}) {
    CAPTURE(form);
    const text::Normalizer whole = text::make_normalizer({{"type", form}}, "test");
    const auto rule = unicode_form_rule(form);
    std::string text;
    for (char32_t code = 0x80; code < 0x30000; ++code) {
      if (code >= 0xD800 && code <= 0xDFFF) continue;
      append_utf8(text, code);
      if (code % 3 == 0) text += "e\xCC\x81 ";
    }
    text::NormalizedText characters = text::to_normalized_text(text);
    whole(characters);
    CHECK((rule(text).value_or(text) == text::to_utf8(characters)));
  }
}

}  // namespace clean_characters_test
