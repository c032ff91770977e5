#include "text/pre_tokenizers.h"

#include "expect_error.h"
#include "text/tokenizer_fixtures.h"

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
  const Json parts = read_fixture("parts.json"), byte_level = read_json(byte_level_fixture("parts.json"));
  for (const PreTokenizerRow& row : pre_tokenizers()) {
    CAPTURE(row.name);
    CHECK(!row.doc.empty());
    bool is_tested = false;
    for (const Json& item : parts["pre_tokenizers"]) is_tested = is_tested || item["spec"]["type"] == row.name;
    for (const Json& item : byte_level["pre_tokenizers"]) is_tested = is_tested || item["spec"]["type"] == row.name;
    CHECK(is_tested);
  }
}

TEST_CASE("the error for an unknown pre-tokenizer or behaviour names it") {
  const auto error_of = [](const Json& spec) { return expect_error([&] { make_pre_tokenizer(spec, "t.json"); }); };
  CHECK(contains(error_of({{"type", "Metaspace"}}).what(), "pre-tokenizer (in t.json)"));
  CHECK(error_of({{"type", "Metaspace"}}).kind() == ErrorKind::kUnsupported);
  CHECK(contains(error_of({{"type", "Punctuation"}, {"behavior", "Sideways"}}).what(), "Punctuation) \"Sideways\""));
  const auto split = [&](const Json& pattern) {
    return error_of({{"type", "Split"}, {"pattern", pattern}, {"behavior", "Isolated"}});
  };
  const Error regex = split({{"Regex", "a(b"}});
  CHECK(regex.kind() == ErrorKind::kInput);
  CHECK(
      contains(regex.what(), "t.json: pre-tokenizer: regular expression \"a(b\", character 4: a group is not closed"));
  CHECK(contains(split({{"String", ""}}).what(), "the pattern of Split must be a \"Regex\" or a \"String\""));
  CHECK(contains(split(nullptr).what(), "the pattern of Split must be"));
}

}  // namespace hone::text::pre_tokenizers_test
