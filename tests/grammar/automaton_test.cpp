#include "grammar/automaton.h"

#include <doctest/doctest.h>

#include "base/utf8.h"
#include "expect_error.h"
#include "grammar/integer_range.h"
#include "grammar/regex_grammar.h"
#include "text/regex.h"

namespace automaton_test {

using namespace hone;
using namespace hone::grammar;

// Returns whether a text fits; also checks what the states say along the way.
bool fits(Automaton& automaton, std::string_view text) {
  Automaton::State state = automaton.begin();
  for (const char c : text) {
    const int64_t before = automaton.shortest(state);
    state = automaton.next(state, static_cast<uint8_t>(c));
    if (state == Automaton::kDead) return false;
    CHECK(automaton.shortest(state) >= before - 1);
  }
  CHECK(automaton.accepts(state) == (automaton.shortest(state) == 0));
  return automaton.accepts(state);
}

Automaton of_regex(std::string_view regex) { return Automaton({{regex_expression(regex, "--regex")}, "--regex"}); }

TEST_CASE("a regular expression fits the texts that PCRE2 matches as a whole") {
  constexpr const char* kExpressions[] = {
      "a",
      "ab|c",
      "(a|b)*c",
      "[a-c]{2,3}",
      "a{2}b{0,1}",
      "a{,2}b",
      ".",
      "\u4e2d+",
      "[^a]b",
      "(ab?)+|",
      "[\u4e00-\u9fa5]{1,2}",
      "a*?b",
      "(?:a|bc)(?:d|)",
      "a+b*c?",
      "[[:alpha:]]b",
      "\\p{Han}a?",
      "(a{2}){2}",
      "a||b",
      "\\.[abc]",
      "a{b",
      "[a\\]]+",
  };
  constexpr const char* kPieces[] = {"", "a", "b", "c", "d", "\u4e2d", "\u6587", ".", "]", "{", "\n"};
  for (const char* expression : kExpressions) {
    CAPTURE(expression);
    Automaton automaton = of_regex(expression);
    const text::Regex whole(fmt::format("\\A(?:{})\\z", expression), "test");
    for (const char* first : kPieces) {
      for (const char* second : kPieces) {
        for (const char* third : kPieces) {
          const std::string text = fmt::format("{}{}{}", first, second, third);
          CAPTURE(text);
          CHECK(fits(automaton, text) == whole.find(text, 0).has_value());
        }
      }
    }
  }
}

TEST_CASE("classes of escapes are those of ASCII, and a dot is any character but a line end") {
  Automaton digits = of_regex("\\d[\\d_]\\D"), word = of_regex("\\w\\s\\S"), dot = of_regex("^.$");
  CHECK(fits(digits, "1_x"));
  CHECK_FALSE(fits(digits, "\u0661_x"));
  CHECK_FALSE(fits(digits, "1_2"));
  CHECK(fits(word, "a\tb"));
  CHECK_FALSE(fits(word, "\u00e9\tb"));
  CHECK(fits(dot, "\U0001f600"));
  CHECK_FALSE(fits(dot, "\n"));
  CHECK_FALSE(fits(dot, "\xed\xa0\x80"));
  CHECK_FALSE(fits(dot, "\xff"));
}

TEST_CASE("every character fits its class and no other one does") {
  Automaton automaton = of_regex("[\u0100-\u3000\U00010400]");
  for (char32_t code = 1; code < 0x11000; code += 7) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, code);
    CAPTURE(code);
    CHECK(fits(automaton, text) == ((code >= 0x100 && code <= 0x3000) || code == 0x10400));
  }
}

TEST_CASE("integers between bounds") {
  constexpr std::pair<int64_t, int64_t> kBounds[] = {{0, 0}, {-3, 5}, {7, 123}, {-120, -9}, {95, 1005}, {-1000, 1000}};
  for (const auto& [low, high] : kBounds) {
    Automaton automaton({{integers_between(low, high)}, "test"});
    for (int64_t number = -1200; number <= 1200; ++number) {
      CAPTURE(number);
      CHECK(fits(automaton, fmt::format("{}", number)) == (number >= low && number <= high));
    }
    CHECK_FALSE(fits(automaton, "-0"));
    CHECK_FALSE(fits(automaton, "00"));
    CHECK_FALSE(fits(automaton, "007"));
  }
  Automaton large({{integers_between(-999'999'999'999'999, 999'999'999'999'998)}, "test"});
  CHECK(fits(large, "-999999999999999"));
  CHECK_FALSE(fits(large, "999999999999999"));
}

TEST_CASE("a rule may contain itself, and the shortest way out is known") {
  // brackets = "(" brackets ")" | "x"
  Automaton automaton({{choice({sequence({text_of("("), rule(0), text_of(")")}), text_of("x")})}, "test"});
  CHECK(fits(automaton, "((x))"));
  CHECK_FALSE(fits(automaton, "((x)"));
  Automaton::State state = automaton.begin();
  for (int depth = 0; depth < 500; ++depth) state = automaton.next(state, '(');
  CHECK(automaton.shortest(state) == 501);
  state = automaton.next(state, 'x');
  CHECK(automaton.shortest(state) == 500);
  CHECK_FALSE(automaton.is_complete(state));
  for (int depth = 0; depth < 500; ++depth) state = automaton.next(state, ')');
  CHECK(automaton.is_complete(state));
}

TEST_CASE("grammars that no text fits, or that never get to a byte, are errors") {
  const auto error_of = [](std::vector<Expr> rules) {
    return std::string(expect_error([&] { Automaton({std::move(rules), "test"}); }).what());
  };
  CHECK(contains(error_of({sequence({text_of("a"), rule(0)})}), "test: no finite text fits"));
  CHECK(contains(error_of({one_of({})}), "no finite text fits"));
  CHECK(contains(error_of({choice({sequence({rule(0), text_of("a")}), text_of("b")})}),
                 "a rule contains itself before any text"));
  CHECK(contains(error_of({repeated(repeated(text_of("abc"), 2000), 2000)}), "it needs more than 1048576 states"));
}

TEST_CASE("what no grammar has is an error that names the character") {
  const auto error_of = [](const char* regex) { return std::string(expect_error([&] { of_regex(regex); }).what()); };
  for (const char* regex :
       {"a(?=b)", "(?i)a", "a\\b", "(a)\\1", "a^b", "a$b", "a++", "(?<n>a)", "a{3,1}", "a{1000000}"}) {
    CAPTURE(regex);
    CHECK(contains(error_of(regex), "--regex"));
  }
  for (const char* regex : {"(a", "a)", "*a", "[a", "a\\"}) {
    CAPTURE(regex);
    CHECK(contains(error_of(regex), "--regex"));
  }
  std::string deep(200, '(');
  CHECK(contains(error_of(deep.c_str()), "nested too deeply"));
  const std::string stars = "a" + std::string(5000, '*');
  CHECK(contains(error_of(stars.c_str()), "repeats repetitions too deeply"));
}

}  // namespace automaton_test
