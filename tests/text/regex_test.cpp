// Expected splits are Oniguruma's (tests/fixtures/make_regex_fixtures.py): over random strings of mixed scripts and all
// code points, for the automata, for PCRE2, and for the syntax that the two libraries read in different ways.
#include "text/regex.h"

#include <ctime>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/sha256.h"
#include "expect_error.h"
#include "text/random_text.h"
#include "text/split_behavior.h"
#include "text/split_pattern.h"

namespace hone::text::regex_test {

using Strings = std::vector<std::string>;

Json fixture() { return read_json(std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "regex.json"); }

// Splits by an automaton, or by PCRE2 also for an expression that has one.
using Split = std::function<void(std::string_view, const std::function<void(size_t, size_t, bool)>&)>;

Split split_by(const SplitPattern& pattern) {
  return [pattern](std::string_view text, const auto& visit) {
    pattern.split(text, [&](const char* begin, const char* end, bool is_match) {
      visit(static_cast<size_t>(begin - text.data()), static_cast<size_t>(end - text.data()), is_match);
    });
  };
}

Split split_by(const Regex& regex) {
  return [&regex](std::string_view text, const auto& visit) {
    size_t previous = 0;
    regex.each_match(text, [&](Regex::Match match) {
      if (previous < match.begin) visit(previous, match.begin, false);
      visit(match.begin, match.end, true);
      previous = match.end;
    });
    if (previous < text.size()) visit(previous, text.size(), false);
  };
}

SplitParts parts_of(const Split& split, std::string_view text, const std::string& behavior) {
  SplitParts parts;
  split(text, [&](size_t begin, size_t end, bool is_match) { parts.push_back({begin, end, is_match}); });
  parts = find_split_behavior(behavior, "test").apply(parts);
  std::erase_if(parts, [](const SplitPart& part) { return part.begin == part.end; });
  return parts;
}

Strings words(const Split& split, const std::string& text, const std::string& behavior) {
  Strings result;
  for (const SplitPart& part : parts_of(split, text, behavior)) {
    result.push_back(text.substr(part.begin, part.end - part.begin));
  }
  return result;
}

// A text, and the number of characters before each of its bytes and its end.
struct CountedText {
  explicit CountedText(const std::string& bytes) : text(bytes), characters(bytes.size() + 1) {
    for (size_t i = 0; i < text.size(); ++i) {
      characters[i + 1] = static_cast<uint16_t>(characters[i] + (is_continuation(text[i]) ? 0 : 1));
    }
  }

  std::string text;
  std::vector<uint16_t> characters;
};

// The texts of the script, in its order.
std::vector<CountedText> texts_of(const Json& all) {
  std::vector<CountedText> texts;
  const RandomText random(all["seed"]);
  for (uint64_t i = 0; i < all["num_random"].get<uint64_t>(); ++i) texts.emplace_back(random(i));
  for (const Json& text : all["scraps"]) texts.emplace_back(text.get<std::string>());
  uint32_t count = 0;
  std::string joined;
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    std::string character;
    append_utf8(character, code);
    joined += "a" + character + "B " + character + "1";
    if (++count % 16 == 0) texts.emplace_back(std::exchange(joined, ""));
  }
  REQUIRE(joined.empty());
  return texts;
}

// Formatting all numbers would take most of the time of this test, whose code is not optimized.
const std::string& decimal(size_t number) {
  static const Strings numbers = [] {
    Strings result;
    for (int i = 0; i < 2000; ++i) result.push_back(std::to_string(i));
    return result;
  }();
  return numbers.at(number);
}

// Returns the digest of the parts between matches, and of the matches themselves if `has_matches`.
std::string digest(const Split& split, std::span<const CountedText> texts, bool has_matches) {
  std::string described;
  for (const CountedText& text : texts) {
    bool is_first = true;
    split(text.text, [&](size_t begin, size_t end, bool is_match) {
      if (begin == end || (is_match && !has_matches)) return;
      if (!std::exchange(is_first, false)) described += ',';
      // A part begins at the first byte of a character, where the count is that of the characters before it.
      described += decimal(text.characters[begin]);
      described += '-';
      described += decimal(text.characters[end]);
    });
    described += ';';
  }
  return sha256(described);
}

TEST_CASE("automata and PCRE2 split all code points and random strings as Oniguruma") {
  const Json all = fixture();
  const std::vector<CountedText> texts = texts_of(all);
  const size_t num_few = all["num_random"].get<size_t>() + all["scraps"].size();
  size_t num_automata = 0;
  for (const Json& row : all["patterns"]) {
    const std::string name = row["name"], expression = row["regex"];
    CAPTURE(name);
    const SplitPattern pattern = SplitPattern::make(expression, "test");
    CHECK((pattern.part_end() != nullptr) == row["known"].get<bool>());
    num_automata += row["known"].get<bool>() ? 1 : 0;
    const Regex regex(expression, "test");
    const size_t count = row["is_of_all"] ? texts.size() : num_few + all["num_assigned"].get<size_t>() / 16;
    const auto check = [&](const Split& split, const char* kind) {
      CAPTURE(kind);
      CHECK(digest(split, std::span(texts).first(count), true) == row["digests"][0].get<std::string>());
      CHECK(digest(split, std::span(texts).first(num_few), false) == row["digests"][1].get<std::string>());
    };
    check(split_by(regex), "PCRE2");
    // Without an automaton the pattern is the same expression by PCRE2.
    if (pattern.part_end() != nullptr) check(split_by(pattern), "automaton");
    CHECK(digest(split_by(pattern), std::span(texts).first(num_few), false) == row["digests"][1].get<std::string>());
  }
  CHECK(num_automata == split_patterns().size());
}

TEST_CASE("syntax has Oniguruma's meaning") {
  for (const Json all = fixture(); const Json& item : all["cases"]) {
    const std::string text = item["text"];
    const std::string expression = item["regex"];
    CAPTURE(expression);
    CAPTURE(item["text"].dump());
    const Regex regex(expression, "test");
    CHECK(words(split_by(regex), text, "Isolated") == item["words"].get<Strings>());
    CHECK(words(split_by(regex), text, "Removed") == item["removed"].get<Strings>());
  }
}

TEST_CASE("what Oniguruma refuses is an error with its character") {
  for (const Json all = fixture(); const Json& item : all["malformed"]) {
    const std::string expression = item;
    CAPTURE(expression);
    const Error error = expect_error([&] { Regex(expression, "t.json: pre-tokenizer"); });
    CHECK(contains(error.what(), "t.json: pre-tokenizer: "));
    CHECK(contains(error.what(), "character "));
    CHECK(!error.hint().empty());
  }
  CHECK(contains(expect_error([] { Regex("ab[z-a]", "t.json"); }).what(),
                 "t.json: regular expression \"ab[z-a]\", character 4: a range ends before it begins"));
}

TEST_CASE("what the two libraries read differently, and hone does not translate, is refused") {
  for (const char* expression :
       {"(?i:ss)", "(?i:\xC3\x9F)", "(?i:\\w)", "(?i:\\p{Lu})", "a{2}?", "a{3,1}", "\\X", "\\y", "a(?i)b",
        "(?i:(a)\\1)", "\\Qa\\E", "\\p{Script=Han}", "[[:punct:]]", "[a-\\d]", "(?x)a", "\\101", "(?=a)*", "(?~a)"}) {
    CAPTURE(expression);
    CHECK(expect_error([&] { Regex(expression, "t.json"); }).kind() == ErrorKind::kUnsupported);
  }
}

TEST_CASE("an expression that PCRE2 refuses is an error that says where") {
  const Error error = expect_error([] { Regex("ab(?<=c+)", "t.json"); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "t.json: PCRE2 refuses the regular expression \"ab(?<=c+)\" near character "));
}

TEST_CASE("an expression that runs away is an error; a long text alone is not") {
  const Regex nested("(a|aa)+\\z", "t.json");
  const Error error = expect_error([&] { nested.find(std::string(199, 'a') + "b", 0); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "t.json: the regular expression \"(a|aa)+\\z\" runs away on a text of 200 bytes"));
  const Regex plain("\\s+(?!\\S)|\\s+|[^\\s]+", "t.json");
  for (const char* unit : {" ", "a", "a ", "\xE4\xB8\xAD"}) {
    std::string text;
    while (text.size() < 300'000) text += unit;
    size_t covered = 0;
    plain.each_match(text, [&](Regex::Match match) { covered += match.end - match.begin; });
    CHECK(covered == text.size());
  }
}

TEST_CASE("an expression that runs away at many positions, each within its limit, is an error in bounded time") {
  const Regex nested("(a|aa)+\\z", "t.json");
  std::string text;  // 40 ms for each group
  for (int i = 0; i < 3000; ++i) text += std::string(30, 'a') + "b";
  const std::clock_t start = std::clock();
  const Error error = expect_error([&] { nested.each_match(text, [](Regex::Match) {}); });
  CHECK(contains(error.what(), "t.json: the regular expression \"(a|aa)+\\z\" runs away on a text of 93000 bytes"));
  CHECK(error.hint() == "write the expression without nested repetition, or split the text");
  const Regex plus("(a+)+$", "t.json");
  CHECK(
      contains(expect_error([&] { plus.find(std::string(1'000'000, 'a') + "b", 0); }).what(), "\"(a+)+$\" runs away"));
  CHECK(std::clock() - start < 20 * CLOCKS_PER_SEC);
}

// Runs that take more steps than a position has for free.
TEST_CASE("PCRE2 splits long runs as the automata do") {
  std::string text;
  for (const char* unit : {"a", "\xE4\xB8\xAD", " ", "7", "A", "\n", "!", "e\xCC\x81", "\xD9\xA3", " \r\n"}) {
    for (const size_t count : {1, 90, 110, 5000}) {
      for (size_t i = 0; i < count; ++i) text += unit;
      text += "x ";
    }
  }
  for (const SplitPatternRow& row : split_patterns()) {
    CAPTURE(row.name);
    const Regex regex(row.regex, "test");
    CHECK(words(split_by(regex), text, "Isolated") == words(split_by(SplitPattern(row.part_end)), text, "Isolated"));
  }
}

}  // namespace hone::text::regex_test
