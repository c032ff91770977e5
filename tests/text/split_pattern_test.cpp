// pre_tokenizers_test.cpp compares the patterns with Oniguruma. This file has examples worked by hand.
#include "text/split_pattern.h"

#include "expect_error.h"

namespace hone::text::split_pattern_test {

using Strings = std::vector<std::string>;

Strings words(const SplitPatternRow& pattern, const std::string& text) {
  Strings result;
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const char* const next = pattern.word_end(p, end);
    result.emplace_back(p, next);
    p = next;
  }
  return result;
}

TEST_CASE("GPT-2 splits before spaces, and keeps letters, numbers and others apart") {
  const auto split = [](const char* text) { return words(gpt2_pattern(), text); };
  CHECK(split("Hello my 2nd  friend's!") == Strings{"Hello", " my", " 2", "nd", " ", " friend", "'s", "!"});
  CHECK(split("a\n\n b") == Strings{"a", "\n\n", " b"});
  CHECK(split("a \nb\n") == Strings{"a", " ", "\n", "b", "\n"});
  CHECK(split("we'll WE'LL") == Strings{"we", "'ll", " WE", "'", "LL"});
  CHECK(split("   ") == Strings{"   "});
  CHECK(split("").empty());
}

TEST_CASE("Qwen 2 joins a character before letters, takes single digits, and keeps line ends together") {
  const auto split = [](const char* text) { return words(qwen2_pattern(), text); };
  CHECK(split("(Hello)\tmy 23") == Strings{"(Hello", ")", "\tmy", " ", "2", "3"});
  CHECK(split("WE'LL'\xC5\xBFx") == Strings{"WE", "'LL", "'\xC5\xBF", "x"});
  CHECK(split("x!\r\n\r\ny") == Strings{"x", "!\r\n\r\n", "y"});
  CHECK(split("x \n  \n   y") == Strings{"x", " \n  \n", "  ", " y"});
  CHECK(split("\nx") == Strings{"\n", "x"});
}

TEST_CASE("words of letters are found at every distance from the end of the text") {
  for (size_t length : {1, 15, 16, 17, 31, 32, 33}) {
    for (const char* after : {"", ".", "\xC3\xA9.", "\xC3\x97 abcdefghijklmnopqrstuvwxyz"}) {
      const std::string letters(length, 'x');
      const std::string word = after[0] == '\xC3' && after[1] == '\xA9' ? letters + "\xC3\xA9" : letters;
      CHECK(words(gpt2_pattern(), letters + after)[0] == word);
    }
  }
}

TEST_CASE("the error for an unknown expression names it and the known tokenizers") {
  for (const SplitPatternRow& row : split_patterns()) {
    CHECK((find_split_pattern(row.regex, "t.json").word_end == row.word_end));
  }
  const Error error = expect_error([] { find_split_pattern("\\w+", "t.json"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "t.json: unknown regular expression \"\\w+\""));
  CHECK(contains(error.hint(), "GPT-2; Qwen 2; Llama 3"));
}

}  // namespace hone::text::split_pattern_test
