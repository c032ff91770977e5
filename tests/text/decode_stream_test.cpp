// Also see sentence_piece_classes_test.cpp: streams give transformers' text for every folder.
#include "text/decode_stream.h"

#include <doctest/doctest.h>

#include "base/utf8.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::decode_stream_test {

TEST_CASE("byte-level tokens give whole characters only") {
  const Tokenizer tokenizer = Tokenizer::load(byte_level_fixture("gpt2"));
  const std::string text = "a \xF0\x9F\x99\x82 b\xE4\xB8\xAD";
  DecodeStream stream(tokenizer, false);
  std::string all;
  for (const int32_t id : tokenizer.encode(text).ids) {
    const std::string part = stream.put(id);
    CHECK(find_invalid_utf8(part) == std::string::npos);
    all += part;
  }
  CHECK(all == text);  // the last character is whole
  CHECK(stream.finish().empty());
}

TEST_CASE("an unfinished character becomes U+FFFD at the end, and unknown ids are skipped") {
  const Tokenizer tokenizer = Tokenizer::load(byte_level_fixture("gpt2"));
  const auto first_byte = tokenizer.token_id("\xC3\xA4");  // the byte E4
  REQUIRE(first_byte);
  DecodeStream stream(tokenizer, false);
  CHECK(stream.put(*first_byte).empty());
  CHECK(stream.put(1'000'000).empty());
  CHECK(stream.put(-1).empty());
  CHECK(stream.finish() == "\xEF\xBF\xBD");
}

TEST_CASE("streams of all folders give the text of decode()") {
  for (const std::string& name : kTokenizerCases) {
    CAPTURE(name);
    const Tokenizer tokenizer = Tokenizer::load(tokenizer_fixture(name));
    for (const Json all = read_fixture("expected_" + name + ".json"); const Json& item : all["decoded"]) {
      for (const bool skip : {false, true}) {
        DecodeStream stream(tokenizer, skip);
        std::string text;
        for (const int32_t id : item["ids"].get<Ids>()) text += stream.put(id);
        CHECK(text + stream.finish() == item[skip ? "bare" : "text"].get<std::string>());
      }
    }
  }
}

}  // namespace hone::text::decode_stream_test
