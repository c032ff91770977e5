#include "text/decoders.h"

#include "expect_error.h"
#include "text/byte_level.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::decoders_test {

TEST_CASE("each decoder returns the same as in tokenizers") {
  for (const Json all = read_fixture("parts.json"); const Json& item : all["decoders"]) {
    CAPTURE(item.dump());
    const Decoder decoder = make_decoder(item["spec"], "test");
    std::string text;
    bool is_first = true;
    for (const Json& token : item["tokens"]) {
      text += decoder(token.get<std::string>(), is_first);
      is_first = false;
    }
    CHECK(text == item["text"].get<std::string>());
  }
}

TEST_CASE("the tokens of byte-level BPE decode as in tokenizers") {
  const Decoder decoder = make_decoder({{"type", "ByteLevel"}}, "test");
  for (const Json all = read_json(byte_level_fixture("parts.json")); const Json& item : all["decoders"]) {
    CAPTURE(item.dump());
    std::string bytes;
    for (const Json& token : item["tokens"]) bytes += decoder(token.get<std::string>(), bytes.empty());
    CHECK(replace_malformed(bytes) == item["text"].get<std::string>());
  }
}

TEST_CASE("without a decoder there is a space between tokens") {
  const Decoder decoder = make_decoder(nullptr, "test");
  CHECK(decoder("a", true) + decoder("##b", false) == "a ##b");
}

TEST_CASE("every row of the decoders has a doc line, and the error for an unknown decoder names it") {
  for (const DecoderRow& row : decoders()) CHECK(!row.doc.empty());
  const Error error = expect_error([] { make_decoder({{"type", "CTC"}}, "t.json"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "decoder (in t.json)"));
}

TEST_CASE("clean-up returns the same as in transformers") {
  CHECK(clean_up_spaces("it ' s , isn n't it ? i 'm") == "it's, isnn't it? i'm");
  CHECK(clean_up_spaces("do not") == "do not");
}

}  // namespace hone::text::decoders_test
