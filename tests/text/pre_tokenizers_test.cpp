#include "text/pre_tokenizers.h"

#include "expect_error.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text {

TEST_CASE("each pre-tokenizer returns the same as in tokenizers") {
  for (const Json all = read_fixture("parts.json"); const Json& item : all["pre_tokenizers"]) {
    CAPTURE(item.dump());
    const NormalizedText text = to_normalized_text(item["text"].get<std::string>());
    Words words{{0, text.size()}};
    make_pre_tokenizer(item["spec"], "test")(text, words);
    std::vector<std::string> result;
    for (const WordRange& word : words) result.push_back(to_utf8({&text[word.begin], word.end - word.begin}));
    CHECK(result == item["words"].get<std::vector<std::string>>());
  }
}

TEST_CASE("every row of the pre-tokenizers has a doc line and an expected result") {
  const Json parts = read_fixture("parts.json");
  for (const PreTokenizerRow& row : pre_tokenizers()) {
    CAPTURE(row.name);
    CHECK(!row.doc.empty());
    bool is_tested = false;
    for (const Json& item : parts["pre_tokenizers"]) is_tested = is_tested || item["spec"]["type"] == row.name;
    CHECK(is_tested);
  }
}

TEST_CASE("the error for an unknown pre-tokenizer or behaviour names it") {
  const auto error_of = [](const Json& spec) { return expect_error([&] { make_pre_tokenizer(spec, "t.json"); }); };
  CHECK(contains(error_of({{"type", "ByteLevel"}}).what(), "pre-tokenizer (in t.json)"));
  CHECK(error_of({{"type", "ByteLevel"}}).kind() == ErrorKind::kUnsupported);
  CHECK(
      contains(error_of({{"type", "Punctuation"}, {"behavior", "MergedWithNext"}}).what(), "behavior of Punctuation"));
}

}  // namespace hone::text
