#include "text/normalizers.h"

#include "expect_error.h"
#include "text/tokenizer_fixtures.h"
#include "text/tokenizer_parts.h"

namespace hone::text::normalizers_test {

namespace {

std::string normalized(const Json& spec, const std::string& text) {
  NormalizedText characters = to_normalized_text(text);
  make_normalizer(spec, "test")(characters);
  return to_utf8(characters);
}

}  // namespace

TEST_CASE("each normalizer returns the same as in tokenizers") {
  for (const Json all = read_fixture("parts.json"); const Json& item : all["normalizers"]) {
    CAPTURE(item.dump());
    CHECK(normalized(item["spec"], item["text"]) == item["result"].get<std::string>());
  }
}

TEST_CASE("each normalizer returns the text and the offsets of tokenizers") {
  for (const Json& item : tokenizer_parts()["normalizers"]) {
    CAPTURE(item.dump());
    const std::string text = item["text"];
    NormalizedText characters = to_normalized_text(text);
    make_normalizer(item["spec"], "test")(characters);
    CHECK(to_utf8(characters) == item["result"].get<std::string>());
    std::vector<Offset> offsets;
    for (const NormalizedCharacter& c : characters) offsets.push_back(c.origin);
    CHECK(character_offsets(text, offsets) == item["offsets"]);
  }
}

TEST_CASE("every row of the normalizers has a doc line and an expected result") {
  for (const NormalizerRow& row : normalizers()) {
    CAPTURE(row.name);
    CHECK(!row.doc.empty());
    CHECK(has_part(tokenizer_parts()["normalizers"], row.name));
  }
}

TEST_CASE("characters keep their original offsets") {
  NormalizedText text = to_normalized_text("a\xC3\xA9 b", 10);
  make_normalizer({{"type", "NFD"}}, "test")(text);
  REQUIRE(text.size() == 5);
  CHECK(text[1].origin == Offset{11, 13});
  CHECK(text[2].origin == Offset{11, 13});
  CHECK(text[4].origin == Offset{14, 15});
  make_normalizer({{"type", "NFC"}}, "test")(text);
  REQUIRE(text.size() == 4);
  CHECK(text[1].origin == Offset{11, 13});
  CHECK(text[3].origin == Offset{14, 15});
}

TEST_CASE("malformed specs are errors that name the file") {
  const auto error_of = [](const Json& spec) { return expect_error([&] { make_normalizer(spec, "t.json"); }); };
  CHECK(error_of({{"type", "Rot13"}}).kind() == ErrorKind::kUnsupported);
  CHECK(contains(error_of({{"type", "Rot13"}}).what(), "normalizer (in t.json)"));
  CHECK(contains(error_of({{"type", "Precompiled"}, {"precompiled_charsmap", "A"}}).what(), "is not base64"));
  const Json nested = Json::array({{{"type", "NFC"}}, {{"type", "Rot13"}}});
  CHECK(contains(error_of({{"type", "Sequence"}, {"normalizers", nested}}).what(),
                 "normalizer (in t.json: normalizer: normalizers[1]) \"Rot13\""));
  CHECK(contains(error_of({{"type", 3}}).what(), "t.json: normalizer: \"type\" must be a string"));
  CHECK(contains(error_of(Json::array()).what(), "must be an object or null"));
  CHECK(contains(error_of(Json::object()).what(), "has no \"type\""));
  CHECK(contains(error_of({{"type", "Sequence"}}).what(), "\"normalizers\" is missing"));
  CHECK(contains(error_of({{"type", "Replace"}, {"pattern", {{"Regex", "a("}}}, {"content", ""}}).what(), "a("));
  CHECK(contains(error_of({{"type", "Replace"}, {"pattern", {{"String", ""}}}}).what(),
                 "the pattern of Replace must be"));
  CHECK(contains(error_of({{"type", "BertNormalizer"}, {"lowercase", "yes"}}).what(),
                 "\"lowercase\" must be true or false"));
}

TEST_CASE("Replace takes regular expressions, also those that match nothing, as tokenizers") {
  const auto replaced = [](const char* regex, const char* content, const char* text) {
    return normalized({{"type", "Replace"}, {"pattern", {{"Regex", regex}}}, {"content", content}}, text);
  };
  CHECK(replaced("a+", "", "baab") == "bb");
  CHECK(replaced("a+", "xy", "baabcaa") == "bxybcxy");
  CHECK(replaced(" {2,}", "\u2581", "a  b   c d") == "a\u2581b\u2581c d");
  CHECK(replaced("x*", "-", "abx") == "-a-b-");
  CHECK(replaced("[0-9]", "N", "\u00e912z") == "\u00e9NNz");
  CHECK(replaced("^", "<", "ab\ncd") == "<ab\n<cd");
  CHECK(replaced("(?=b)", "_", "abab") == "a_ba_b");
}

TEST_CASE("NFKD leaves characters that are newer than the tables of tokenizers") {
  for (const char* text : {"\xEA\x9F\xB2", "\xF0\x90\x9E\xA5", "\xF0\x9F\xAF\xB0", "\xF0\x9F\x85\xAC"}) {
    CHECK(normalized({{"type", "NFKD"}}, text) == text);
  }
  CHECK(normalized({{"type", "NFKD"}}, "\xEF\xAC\x81\xE2\x91\xA0") == "fi1");
}

TEST_CASE("NFC keeps U+11A7 after a Hangul syllable, as tokenizers") {
  const Normalizer nfc = make_normalizer({{"type", "NFC"}}, "test");
  for (const char* given : {"\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA7", "\xEA\xB0\x80\xE1\x86\xA7"}) {
    NormalizedText text = to_normalized_text(given);
    nfc(text);
    CHECK(to_utf8(text) == "\xEA\xB0\x80\xE1\x86\xA7");
    CHECK(text[1].origin.end == std::string_view(given).size());
  }
}

TEST_CASE("parts that double a text again and again are stopped, whatever their kind") {
  const auto error_of = [](const Json& part, const char* text) {
    const Json parts = Json::array({part, part, part, part, part, part, part, part, part, part});
    const Json ten = {{"type", "Sequence"}, {"normalizers", parts}};
    const Json thirty = {{"type", "Sequence"}, {"normalizers", Json::array({ten, ten, ten})}};
    const Normalizer normalizer = make_normalizer(thirty, "t.json");
    NormalizedText characters = to_normalized_text(text);
    return expect_error([&] { normalizer(characters); });
  };
  const Json twice = {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aa"}};
  const Error error = error_of(twice, "a");
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "t.json: normalizer"));
  CHECK(contains(error.what(), "becomes longer than"));
  CHECK(error_of({{"type", "ByteLevel"}}, "\xC3\xA9").kind() == ErrorKind::kInput);
  const Json long_content = {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", std::string(1000, 'b')}};
  NormalizedText text = to_normalized_text(std::string(10'000, 'a'));
  CHECK(contains(expect_error([&] { make_normalizer(long_content, "t.json")(text); }).what(),
                 "a text of 10000 characters becomes longer than"));
}

}  // namespace hone::text::normalizers_test
