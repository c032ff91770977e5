#include "text/normalizers.h"

#include "expect_error.h"
#include "text/tokenizer_fixtures.h"

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

TEST_CASE("every row of the normalizers has a doc line and an expected result") {
  const Json parts = read_fixture("parts.json");
  for (const NormalizerRow& row : normalizers()) {
    CAPTURE(row.name);
    CHECK(!row.doc.empty());
    bool is_tested = false;
    for (const Json& item : parts["normalizers"]) is_tested = is_tested || item["spec"]["type"] == row.name;
    CHECK(is_tested);
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
  CHECK(error_of({{"type", "Precompiled"}}).kind() == ErrorKind::kUnsupported);
  CHECK(contains(error_of({{"type", "Precompiled"}}).what(), "normalizer (in t.json)"));
  CHECK(contains(error_of({{"type", 3}}).what(), "t.json: normalizer: \"type\" must be a string"));
  CHECK(contains(error_of(Json::array()).what(), "must be an object or null"));
  CHECK(contains(error_of(Json::object()).what(), "has no \"type\""));
  CHECK(contains(error_of({{"type", "Sequence"}}).what(), "\"normalizers\" is missing"));
  CHECK(error_of({{"type", "Replace"}, {"pattern", {{"Regex", "a+"}}}, {"content", ""}}).kind() ==
        ErrorKind::kUnsupported);
  CHECK(contains(error_of({{"type", "Replace"}, {"pattern", {{"String", ""}}}}).what(), "pattern of Replace is empty"));
  CHECK(contains(error_of({{"type", "BertNormalizer"}, {"lowercase", "yes"}}).what(),
                 "\"lowercase\" must be true or false"));
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

}  // namespace hone::text::normalizers_test
