#include "text/pre_tokenizers.h"

#include "expect_error.h"
#include "text/tokenizer_fixtures.h"
#include "text/tokenizer_parts.h"

namespace hone::text::pre_tokenizers_test {

TEST_CASE("each pre-tokenizer returns the same as in tokenizers") {
  for (const Json all = read_fixture("parts.json"); const Json& item : all["pre_tokenizers"]) {
    CAPTURE(item.dump());
    NormalizedText text = to_normalized_text(item["text"].get<std::string>());
    Words words{{0, text.size()}};
    make_pre_tokenizer(item["spec"], "test")(text, words);
    std::vector<std::string> result;
    for (const WordRange& word : words) result.push_back(to_utf8({&text[word.begin], word.end - word.begin}));
    CHECK(result == item["words"].get<std::vector<std::string>>());
  }
}

TEST_CASE("each pre-tokenizer returns the words and the offsets of tokenizers") {
  for (const Json& item : tokenizer_parts()["pre_tokenizers"]) {
    CAPTURE(item.dump());
    const std::string original = item["text"];
    NormalizedText text = to_normalized_text(original);
    Words words{{0, text.size()}};
    make_pre_tokenizer(item["spec"], "test")(text, words);
    Json result = Json::array();
    for (const WordRange& word : words) {
      if (word.begin == word.end) continue;
      const Offset offset{text[word.begin].origin.begin, text[word.end - 1].origin.end};
      const Json place = character_offsets(original, {offset})[0];
      result.push_back({to_utf8({&text[word.begin], word.end - word.begin}), place[0], place[1]});
    }
    CHECK(result == item["words"]);
  }
}

TEST_CASE("the pre-tokenizers of byte-level BPE return the same as in tokenizers") {
  const Json all = read_json(byte_level_fixture("parts.json"));
  for (const Json& item : all["pre_tokenizers"]) {
    const PreTokenizer pre_tokenizer = make_pre_tokenizer(item["spec"], "test");
    for (size_t i = 0; i < item["texts"].size(); ++i) {
      NormalizedText text = to_normalized_text(item["texts"][i].get<std::string>());
      Words words{{0, text.size()}};
      pre_tokenizer(text, words);
      std::vector<std::string> result;
      for (const WordRange& word : words) {
        if (word.begin < word.end) result.push_back(to_utf8({&text[word.begin], word.end - word.begin}));
      }
      CAPTURE(item["spec"].dump());
      CAPTURE(item["texts"][i].dump());
      CHECK(result == item["words"][i].get<std::vector<std::string>>());
    }
  }
}

TEST_CASE("ByteLevel gives each byte the origin of its character, and an added space that of the first") {
  NormalizedText text = to_normalized_text("\xE4\xB8\xAD!");
  Words words{{0, text.size()}};
  make_pre_tokenizer({{"type", "ByteLevel"}, {"add_prefix_space", true}}, "test")(text, words);
  std::vector<Offset> origins;
  for (const NormalizedCharacter& c : text) origins.push_back(c.origin);
  CHECK(origins == std::vector<Offset>{{0, 3}, {0, 3}, {0, 3}, {0, 3}, {3, 4}});
}

TEST_CASE("every row of the pre-tokenizers has a doc line and an expected result") {
  for (const PreTokenizerRow& row : pre_tokenizers()) {
    CAPTURE(row.name);
    CHECK(!row.doc.empty());
    CHECK(has_part(tokenizer_parts()["pre_tokenizers"], row.name));
  }
}

TEST_CASE("the error for an unknown pre-tokenizer or behaviour names it") {
  const auto error_of = [](const Json& spec) { return expect_error([&] { make_pre_tokenizer(spec, "t.json"); }); };
  CHECK(contains(error_of({{"type", "Rot13"}}).what(), "pre-tokenizer (in t.json)"));
  CHECK(error_of({{"type", "Rot13"}}).kind() == ErrorKind::kUnsupported);
  CHECK(contains(error_of({{"type", "Sequence"}, {"pretokenizers", Json::array({{{"type", "Rot13"}}})}}).what(),
                 "(in t.json: pre-tokenizer: pretokenizers[0])"));
  CHECK(contains(error_of({{"type", "CharDelimiterSplit"}, {"delimiter", "ab"}}).what(),
                 "\"delimiter\" must be one character"));
  CHECK(contains(error_of({{"type", "FixedLength"}, {"length", 0}}).what(), "\"length\" must be at least 1"));
  CHECK(contains(error_of({{"type", "Punctuation"}, {"behavior", "Sideways"}}).what(), "Punctuation) \"Sideways\""));
  const auto split = [&](const Json& pattern) {
    return error_of({{"type", "Split"}, {"pattern", pattern}, {"behavior", "Isolated"}});
  };
  const Error regex = split({{"Regex", "a(b"}});
  CHECK(regex.kind() == ErrorKind::kInput);
  CHECK(contains(regex.what(), "regular expression \"a(b\", character 4: a group is not closed"));
  CHECK(contains(split({{"String", ""}}).what(), "the pattern of Split must be a \"Regex\" or a \"String\""));
  CHECK(contains(split(nullptr).what(), "the pattern of Split must be"));
}

TEST_CASE("a Sequence that doubles a text again and again is stopped") {
  Json parts = Json::array();
  for (int i = 0; i < 40; ++i) parts.push_back({{"type", "ByteLevel"}, {"use_regex", false}});
  const PreTokenizer pre_tokenizer = make_pre_tokenizer({{"type", "Sequence"}, {"pretokenizers", parts}}, "t.json");
  NormalizedText text = to_normalized_text("\xC3\xA9");
  Words words{{0, text.size()}};
  const Error error = expect_error([&] { pre_tokenizer(text, words); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "t.json: pre-tokenizer: a text of 1 characters becomes longer than"));
}

TEST_CASE("an expression that PCRE2 refuses names its place, and one that runs away the text too") {
  const auto split_by = [](const char* regex) {
    return Json{{"type", "Split"}, {"pattern", {{"Regex", regex}}}, {"behavior", "Isolated"}};
  };
  CHECK(contains(expect_error([&] { make_pre_tokenizer(split_by("a(?<=c+)"), "t.json"); }).what(),
                 "t.json: pre-tokenizer: PCRE2 refuses the regular expression \"a(?<=c+)\""));
  const PreTokenizer pre_tokenizer = make_pre_tokenizer(split_by("(a|aa)+\\z"), "t.json");
  NormalizedText text = to_normalized_text(std::string(99, 'a') + "b");
  Words words{{0, text.size()}};
  CHECK(contains(expect_error([&] { pre_tokenizer(text, words); }).what(),
                 "t.json: pre-tokenizer: the regular expression \"(a|aa)+\\z\" runs away on a text of 100 bytes"));
}

}  // namespace hone::text::pre_tokenizers_test
