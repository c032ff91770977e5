#include "text/word_splitter.h"

#include <map>

#include "text/random_text.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::word_splitter_test {

using Counts = std::map<std::string, int>;

// Returns the words that the splitter finds, after it has cut the text into pieces.
Counts split_words(const WordSplitter& splitter, std::string_view text) {
  Counts words;
  const auto take = [&](std::string_view word) { ++words[std::string(word)]; };
  splitter.split(text, [&](std::string_view piece) { splitter.split_raw(std::string(piece), take); }, take);
  return words;
}

// Returns the words of normalizer and pre-tokenizer on the whole text.
Counts whole_words(const Json& normalizer, const Json& pre_tokenizer, std::string_view text) {
  NormalizedText normalized = to_normalized_text(text);
  make_normalizer(normalizer, "test")(normalized);
  Words ranges{{0, normalized.size()}};
  make_pre_tokenizer(pre_tokenizer, "test")(normalized, ranges);
  Counts words;
  for (const WordRange& range : ranges) {
    if (range.begin < range.end) ++words[to_utf8({normalized.data() + range.begin, range.end - range.begin})];
  }
  return words;
}

struct Parts {
  const char *normalizer, *pre_tokenizer;
  TextCut cut;
};

constexpr const char* kBert = R"({"type": "BertNormalizer", "lowercase": true})";
constexpr const char* kAccents = R"({"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"},
    {"type": "NFKC"}, {"type": "Lowercase"}]})";
constexpr Parts kParts[] = {
    {kBert, R"({"type": "BertPreTokenizer"})", TextCut::kAtWhiteSpace},
    {kAccents, R"({"type": "Whitespace"})", TextCut::kAtWhiteSpace},
    {"null", R"({"type": "WhitespaceSplit"})", TextCut::kAtWhiteSpace},
    {"null", R"({"type": "ByteLevel", "add_prefix_space": false})", TextCut::kNowhere},
    {"null", R"({"type": "ByteLevel", "add_prefix_space": true})", TextCut::kNowhere},
    {R"({"type": "NFC"})", R"({"type": "ByteLevel", "add_prefix_space": true})", TextCut::kNowhere},
};

TEST_CASE("cutting a text into pieces does not change its words") {
  for (const Parts& parts : kParts) {
    CAPTURE(parts.pre_tokenizer);
    const Json normalizer = Json::parse(parts.normalizer), pre_tokenizer = Json::parse(parts.pre_tokenizer);
    const WordSplitter splitter(normalizer, pre_tokenizer, parts.cut);
    for (uint64_t i = 0; i < 600; ++i) {
      const std::string text = RandomText(11)(i) + (i % 3 == 0 ? "  and \t\r\n" : " a\x01 b,c ") + RandomText(12)(i);
      CAPTURE(text);
      const bool is_same = split_words(splitter, text) == whole_words(normalizer, pre_tokenizer, text);
      CHECK(is_same);
    }
    for (const char* text : {"", " ", "\n", " a", "a ", "\xCC\x81 x", "\xC2\xA0y", "x\x0Bz \x0C"}) {
      CAPTURE(text);
      CHECK(split_words(splitter, text) == whole_words(normalizer, pre_tokenizer, text));
    }
  }
}

TEST_CASE("short ASCII pieces are put off, other text is split at once") {
  const WordSplitter splitter(nullptr, Json::parse(R"({"type": "WhitespaceSplit"})"), TextCut::kAtWhiteSpace);
  std::string raw, words;
  splitter.split(
      "ab caf\xC3\xA9 01234567890123456789012345678901 012345678901234567890123456789012",
      [&](std::string_view piece) { raw += std::string(piece) + "|"; },
      [&](std::string_view word) { words += std::string(word) + "|"; });
  CHECK(raw == "ab|01234567890123456789012345678901|");
  CHECK(words == "caf\xC3\xA9|012345678901234567890123456789012|");
}

}  // namespace hone::text::word_splitter_test
