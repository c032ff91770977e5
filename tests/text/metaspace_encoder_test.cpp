// The parts of a tokenizer, which also give offsets, have the same ids.
#include "text/metaspace_encoder.h"

#include <random>

#include "expect_error.h"
#include "text/random_text.h"
#include "text/tokenizer_parts.h"

namespace hone::text::metaspace_encoder_test {

namespace {

Json replaced(const char* from, const char* to) {
  return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

Json unigram_json(const Json& normalizer) {
  Json vocabulary = Json::array({Json::array({"<unk>", 0}), Json::array({"\xE2\x96\x81", -3})});
  const std::string characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,'\"";
  for (const char c : characters) vocabulary.push_back({std::string(1, c), -6});
  for (const char* token :
       {"th", "he", "the", "\xE2\x96\x81th", "\xE2\x96\x81the", "ing", "\xE4\xB8\xAD", "e\xCC\x81", "\xCC\x81"}) {
    vocabulary.push_back({token, -4.5});
  }
  const Json metaspace = {
      {"type", "Metaspace"}, {"replacement", "\xE2\x96\x81"}, {"prepend_scheme", "always"}, {"split", true}};
  const Json words = Json::array({Json{{"type", "WhitespaceSplit"}}, metaspace});
  return {
      {"normalizer", normalizer},
      {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", words}}},
      {"added_tokens", Json::array({Json{{"id", 0}, {"content", "<x>"}, {"special", true}, {"normalized", false}}})},
      {"model", {{"type", "Unigram"}, {"unk_id", 0}, {"vocab", vocabulary}}}};
}

std::vector<Json> normalizers_to_test() {
  const Json lower = {{"type", "Lowercase"}}, nfkd = {{"type", "NFKD"}}, strip = {{"type", "StripAccents"}};
  const auto sequence = [](Json parts) { return Json{{"type", "Sequence"}, {"normalizers", std::move(parts)}}; };
  return {nullptr,
          lower,
          {{"type", "NFC"}},
          {{"type", "NFKC"}},
          {{"type", "Nmt"}},
          sequence(Json::array({replaced("``", "\""), replaced("''", "\""), nfkd, strip, lower})),
          sequence(Json::array({lower, replaced("th", "X")})),
          sequence(Json::array({replaced("''", "`"), replaced("``", "\"")})),
          sequence(Json::array({strip, replaced("''", "\"")})),
          tokenizer_parts()["normalizers"].back()["spec"]};
}

// Texts of characters that meet in odd ways.
std::string odd_text(std::mt19937& draw) {
  static const std::vector<std::string> kParts = {"a",
                                                  "th",
                                                  "the",
                                                  " ",
                                                  "  ",
                                                  "'",
                                                  "`",
                                                  "\xCC\x81",
                                                  "\xCC\xA7",
                                                  "\xE2\x96\x81",
                                                  "\xC3\xA9",
                                                  "e",
                                                  "\r",
                                                  "\n",
                                                  "\xC2\xA8",
                                                  "\xE3\x80\x80",
                                                  "\xE4\xB8\xAD",
                                                  "\xED\x95\x9C",
                                                  "\xE1\x84\x80",
                                                  "\xE1\x85\xA1",
                                                  "\xE1\x86\xA8",
                                                  "\xE2\x80\x8D",
                                                  "\xF0\x9F\x91\xA8",
                                                  "\xF0\x9F\x91\xA9",
                                                  "\xE0\xA4\x95",
                                                  "\xE0\xA5\x8D",
                                                  "\xD8\x80",
                                                  "\xEF\xAC\x81",
                                                  "\xEF\xBE\xA1",
                                                  "\xEF\xBF\x82",
                                                  "\xE2\x80\x8B",
                                                  "\x01",
                                                  "\xEF\xBF\xBD",
                                                  "T",
                                                  "H",
                                                  "<x>",
                                                  "\xF0\x9F\x87\xA9",
                                                  "\xE0\xB8\xB3",
                                                  "\xE0\xBA\xB3",
                                                  "''",
                                                  "'''",
                                                  "``",
                                                  "\xF0\x9F\x98\x80",
                                                  "\xF0\x9F\x8F\xBB",
                                                  "\xEF\xB8\x8F",
                                                  "9"};  // fmt: skip
  std::string text;
  for (size_t i = draw() % 12; i > 0; --i) text += kParts[draw() % kParts.size()];
  return text;
}

}  // namespace

TEST_CASE("texts have the same ids as by the parts, cold and with caches") {
  EncodeOptions by_parts;
  by_parts.with_offsets = true;
  for (const Json& normalizer : normalizers_to_test()) {
    CAPTURE(normalizer.dump());
    const Tokenizer tokenizer = tokenizer_of(unigram_json(normalizer).dump());
    std::mt19937 draw(3);
    for (int i = 0; i < 6'000; ++i) {
      const std::string text = odd_text(draw);
      const std::vector<int32_t> expected = tokenizer.encode(text, by_parts).ids;
      const bool is_equal = tokenizer.encode(text).ids == expected && tokenizer.encode(text).ids == expected;
      if (is_equal) continue;
      CAPTURE(text);
      CHECK(tokenizer.encode(text).ids == expected);
    }
    const RandomText random(5);
    for (uint64_t i = 0; i < 1'000; ++i) {
      const std::string text = random(i);
      CHECK(tokenizer.encode(text).ids == tokenizer.encode(text, by_parts).ids);
    }
  }
}

TEST_CASE("the encoder is made only for its own parts") {
  const auto makes = [](const Json& json) {
    TokenizerSpec spec;
    parse_tokenizer_json(json.dump(), "t.json", spec);
    return Tokenizer::State(std::move(spec)).one_pass.metaspace != nullptr;
  };
  Json json = unigram_json({{"type", "NFKC"}});
  CHECK(makes(json));
  CHECK(!makes(unigram_json({{"type", "Strip"}})));
  json["pre_tokenizer"]["pretokenizers"][1]["prepend_scheme"] = "first";
  CHECK(!makes(json));
  json["pre_tokenizer"] = {{"type", "WhitespaceSplit"}};
  CHECK(!makes(json));
}

TEST_CASE("a megabyte of one character takes linear time and gives the ids of the parts") {
  const Tokenizer tokenizer = tokenizer_of(unigram_json({{"type", "NFKC"}}).dump());
  EncodeOptions by_parts;
  by_parts.with_offsets = true;
  for (const char* unit :
       {"a", " ", "a\xCC\x80", "\xE4\xB8\xAD", "\xE2\x96\x81", "\xCC\x80", "\xF0\x9F\x98\x80", "'"}) {
    CAPTURE(unit);
    std::string text;
    while (text.size() < 1 << 20) text += unit;
    CHECK(tokenizer.encode(text).ids == tokenizer.encode(text, by_parts).ids);
  }
}

}  // namespace hone::text::metaspace_encoder_test
