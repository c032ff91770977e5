// regex_test.cpp compares the automata with Oniguruma and with PCRE2. This file has examples worked by hand.
#include "text/split_pattern.h"

#include <vector>

#include "expect_error.h"

namespace hone::text::split_pattern_test {

using Strings = std::vector<std::string>;

Strings words(PartEnd automaton, const std::string& text) {
  Strings result;
  SplitPattern(automaton).split(text,
                                [&](const char* begin, const char* end, bool) { result.emplace_back(begin, end); });
  return result;
}

PartEnd automaton_of(std::string_view name) {
  for (const SplitPatternRow& row : split_patterns()) {
    if (row.name == name) return row.part_end;
  }
  FAIL("no pattern has this name");
  return nullptr;
}

TEST_CASE("GPT-2 splits before spaces, and keeps letters, numbers and others apart") {
  const auto split = [](const char* text) { return words(gpt2_pattern().part_end, text); };
  CHECK(split("Hello my 2nd  friend's!") == Strings{"Hello", " my", " 2", "nd", " ", " friend", "'s", "!"});
  CHECK(split("a\n\n b") == Strings{"a", "\n\n", " b"});
  CHECK(split("a \nb\n") == Strings{"a", " ", "\n", "b", "\n"});
  CHECK(split("we'll WE'LL") == Strings{"we", "'ll", " WE", "'", "LL"});
  CHECK(split("   ") == Strings{"   "});
  CHECK(split("").empty());
}

TEST_CASE("Qwen 2 joins a character before letters, takes single digits, and keeps line ends together") {
  const auto split = [](const char* text) { return words(qwen2_pattern().part_end, text); };
  CHECK(split("(Hello)\tmy 23") == Strings{"(Hello", ")", "\tmy", " ", "2", "3"});
  CHECK(split("WE'LL'\xC5\xBFx") == Strings{"WE", "'LL", "'\xC5\xBF", "x"});
  CHECK(split("x!\r\n\r\ny") == Strings{"x", "!\r\n\r\n", "y"});
  CHECK(split("x \n  \n   y") == Strings{"x", " \n  \n", "  ", " y"});
  CHECK(split("\nx") == Strings{"\n", "x"});
}

TEST_CASE("GPT-4o splits between cases, and a mark may be a whole word") {
  const auto split = [](const char* text) { return words(automaton_of("GPT-4o"), text); };
  CHECK(split("helloWorld HTTPServer's") == Strings{"hello", "World", " HTTPServer's"});
  CHECK(split("ABC \xE4\xB8\xAD"
              "ABC") == Strings{"ABC", " \xE4\xB8\xAD", "ABC"});
  CHECK(split("\xCC\x81"
              "ABC") == Strings{"\xCC\x81", "ABC"});
  CHECK(split("a!/\n/b 1234") == Strings{"a", "!/\n/", "b", " ", "123", "4"});
}

TEST_CASE("the text between matches is a part of its own") {
  CHECK(words(automaton_of("single numbers"), "ab12c") == Strings{"ab", "1", "2", "c"});
  CHECK(words(automaton_of("DeepSeek V3"), "1 23!a") == Strings{"1", " ", "23", "!a"});
  CHECK(words(digits_pattern(true), "a12b") == Strings{"a", "1", "2", "b"});
  CHECK(words(digits_pattern(false), "a12b") == Strings{"a", "12", "b"});
  CHECK(words(punctuation_pattern(false), "a?!b$") == Strings{"a", "?!", "b", "$"});
}

TEST_CASE("words of letters are found at every distance from the end of the text") {
  for (size_t length : {1, 15, 16, 17, 31, 32, 33}) {
    for (const char* after : {"", ".", "\xC3\xA9.", "\xC3\x97 abcdefghijklmnopqrstuvwxyz"}) {
      const std::string letters(length, 'x');
      const std::string word = after[0] == '\xC3' && after[1] == '\xA9' ? letters + "\xC3\xA9" : letters;
      CHECK(words(gpt2_pattern().part_end, letters + after)[0] == word);
    }
  }
}

TEST_CASE("a known expression has its automaton, also with line ends themselves; another one has none") {
  for (const SplitPatternRow& row : split_patterns()) {
    CHECK((SplitPattern::make(row.regex, "t.json").part_end() == row.part_end));
  }
  CHECK((SplitPattern::make("[\r\n]", "t.json").part_end() != nullptr));
  CHECK((SplitPattern::make("a|b", "t.json").part_end() == nullptr));
}

}  // namespace hone::text::split_pattern_test
