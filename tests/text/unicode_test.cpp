// The tables come from tokenizers' behaviour. They must also agree with these facts of the Unicode Standard.
#include "text/unicode.h"

#include <doctest/doctest.h>

#include <vector>

namespace hone::text::unicode_test {

namespace {

std::vector<char32_t> list(const CodePoints& codes) { return {codes.begin(), codes.end()}; }

}  // namespace

TEST_CASE("characters have the right classes") {
  CHECK(is_control(0));
  CHECK(is_control(0xFFFD));
  CHECK(is_control(0x200B));
  CHECK(!is_control('\n'));
  CHECK(is_whitespace('\n'));
  CHECK(is_whitespace(0x3000));
  CHECK(!is_whitespace(0x200B));
  CHECK(is_punctuation('$'));
  CHECK(is_punctuation(0x3002));
  CHECK(!is_punctuation('a'));
  CHECK(is_nonspacing_mark(0x301));
  CHECK(!is_nonspacing_mark(0x93F));
  CHECK(is_combining_mark(0x93F));
  CHECK(is_word_character('_'));
  CHECK(!is_word_character('-'));
  CHECK(is_chinese(0x4E00));
  CHECK(!is_chinese(0x3042));
}

TEST_CASE("CJK extension E up to U+2B91F is not Chinese to BERT, as in its own code") {
  CHECK(is_chinese(0x2B81F));
  CHECK(!is_chinese(0x2B820));
  CHECK(is_chinese(0x2B920));
}

TEST_CASE("characters have the right combining classes") {
  CHECK(combining_class('a') == 0);
  CHECK(combining_class(0x301) == 230);
  CHECK(combining_class(0x316) == 220);
  CHECK(combining_class(0x345) == 240);
  CHECK(combining_class(0x1D165) == 216);
}

TEST_CASE("lower case does not depend on the context") {
  CHECK(list(to_lowercase('A')) == std::vector<char32_t>{'a'});
  CHECK(list(to_lowercase('a')) == std::vector<char32_t>{'a'});
  CHECK(list(to_lowercase(0x3A3)) == std::vector<char32_t>{0x3C3});
  CHECK(list(to_lowercase(0x100)) == std::vector<char32_t>{0x101});
  CHECK(list(to_lowercase(0x101)) == std::vector<char32_t>{0x101});
  CHECK(list(to_lowercase(0x130)) == std::vector<char32_t>{'i', 0x307});
  CHECK(list(to_lowercase(0x10400)) == std::vector<char32_t>{0x10428});
}

TEST_CASE("canonical decompositions are complete, and Hangul's are computed") {
  CHECK(list(canonical_decomposition(0xE9)) == std::vector<char32_t>{'e', 0x301});
  CHECK(list(canonical_decomposition(0x1E69)) == std::vector<char32_t>{'s', 0x323, 0x307});
  CHECK(list(canonical_decomposition(0xAC00)) == std::vector<char32_t>{0x1100, 0x1161});
  CHECK(list(canonical_decomposition(0xD7A3)) == std::vector<char32_t>{0x1112, 0x1175, 0x11C2});
  CHECK(list(canonical_decomposition(0xF900)) == std::vector<char32_t>{0x8C48});
  CHECK(list(canonical_decomposition(0x10FFFF)) == std::vector<char32_t>{0x10FFFF});
}

}  // namespace hone::text::unicode_test
