#include "text/decoders.h"

#include "expect_error.h"
#include "text/decoder_stage.h"
#include "text/tokenizer_fixtures.h"
#include "text/tokenizer_parts.h"

namespace hone::text::decoders_test {

TEST_CASE("each decoder returns the same as in tokenizers") {
  for (const Json all = read_fixture("parts.json"); const Json& item : all["decoders"]) {
    CAPTURE(item.dump());
    const auto tokens = item["tokens"].get<std::vector<std::string>>();
    CHECK(decode_tokens(make_decoder(item["spec"], "test"), tokens) == item["text"].get<std::string>());
  }
}

TEST_CASE("each decoder returns the text of tokenizers") {
  for (const Json& item : tokenizer_parts()["decoders"]) {
    CAPTURE(item.dump());
    const auto tokens = item["tokens"].get<std::vector<std::string>>();
    CHECK(decode_tokens(make_decoder(item["spec"], "test"), tokens) == item["text"].get<std::string>());
  }
}

TEST_CASE("a decoder passes text on before the last token, if later tokens cannot change it") {
  const Json replace = {{"type", "Replace"}, {"pattern", {{"String", "_"}}}, {"content", " "}};
  const Json strip = {{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}};
  const Json llama = Json::array({replace, {{"type", "ByteFallback"}}, {{"type", "Fuse"}}, strip});
  std::string text;
  const auto sink = make_decoder({{"type", "Sequence"}, {"decoders", llama}}, "test")(std::make_unique<TextSink>(text));
  const auto text_after = [&](const char* token) {
    sink->put({token});
    return text;
  };
  CHECK(text_after("_a") == "a");
  CHECK(text_after("_b") == "a b");
  CHECK(text_after("<0xC3>") == "a b");
  CHECK(text_after("<0xA9>") == "a b");  // a malformed byte could follow
  CHECK(text_after("c") ==
        "a b\xC3\xA9"
        "c");
}

TEST_CASE("the tokens of byte-level BPE decode as in tokenizers") {
  const Decoder decoder = make_decoder({{"type", "ByteLevel"}}, "test");
  for (const Json all = read_json(byte_level_fixture("parts.json")); const Json& item : all["decoders"]) {
    CAPTURE(item.dump());
    CHECK(decode_tokens(decoder, item["tokens"].get<std::vector<std::string>>()) == item["text"].get<std::string>());
  }
}

TEST_CASE("without a decoder there is a space between tokens") {
  CHECK(decode_tokens(make_decoder(nullptr, "test"), std::vector<std::string>{"a", "##b"}) == "a ##b");
}

TEST_CASE("every row of the decoders has a doc line, and the error for an unknown decoder names it") {
  for (const DecoderRow& row : decoders()) {
    CAPTURE(row.name);
    CHECK(!row.doc.empty());
    CHECK(has_part(tokenizer_parts()["decoders"], row.name));
  }
  const Error error = expect_error([] { make_decoder({{"type", "Rot13"}}, "t.json"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "decoder (in t.json)"));
}

TEST_CASE("decoders that double a token again and again are stopped") {
  const Json twice = {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aa"}};
  Json parts = Json::array();
  for (int i = 0; i < 60; ++i) parts.push_back(twice);
  const Decoder decoder = make_decoder({{"type", "Sequence"}, {"decoders", parts}}, "t.json");
  CHECK(decode_tokens(decoder, std::vector<std::string>{"b"}) == "b");
  const Error error = expect_error([&] { decode_tokens(decoder, std::vector<std::string>{"a"}); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "t.json: decoder: decoders["));
  CHECK(contains(error.what(), "becomes longer than"));
}

}  // namespace hone::text::decoders_test
