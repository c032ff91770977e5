#include "text/normal_forms.h"

#include "base/sha256.h"
#include "base/utf8.h"
#include "text/random_text.h"
#include "text/tokenizer_fixtures.h"

#include <doctest/doctest.h>

namespace hone::text::normal_forms_test {

namespace {

// Returns all sequences of `length` of the characters, in the order of Python's itertools.product.
std::vector<std::string> sequences(const std::vector<char32_t>& characters, size_t length) {
  std::vector<std::string> texts{""};
  for (size_t i = 0; i < length; ++i) {
    std::vector<std::string> longer;
    for (const std::string& text : texts) {
      for (const char32_t code : characters) append_utf8(longer.emplace_back(text), code);
    }
    texts = std::move(longer);
  }
  return texts;
}

// The digests of a form, as tests/fixtures/make_normal_form_fixture.py makes them.
struct Digests {
  std::string texts, offsets;

  void add(std::string_view text, const std::string& result, const std::vector<Offset>& origins) {
    texts += result + "\n";
    for (const Offset& offset : to_character_offsets(text, origins)) {
      const int32_t values[] = {static_cast<int32_t>(offset.begin), static_cast<int32_t>(offset.end)};
      offsets.append(reinterpret_cast<const char*>(values), sizeof(values));
    }
  }
  void check(const Json& expected) const {
    CHECK(sha256(texts) == expected["texts"].get<std::string>());
    CHECK(sha256(offsets) == expected["offsets"].get<std::string>());
  }
};

std::vector<Offset> origins_of(const NormalizedText& text) {
  std::vector<Offset> origins;
  for (const NormalizedCharacter& c : text) origins.push_back(c.origin);
  return origins;
}

std::string nfc_by_characters(const std::string& text) {
  NormalizedText characters = to_normalized_text(text);
  to_nfc(characters);
  return to_utf8(characters);
}

// The origins of the first bytes of characters.
std::vector<Offset> origins_of_characters(const std::string& text, const std::vector<Offset>& origins) {
  std::vector<Offset> result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_continuation(text[i])) result.push_back(origins[i]);
  }
  return result;
}

}  // namespace

TEST_CASE("all sequences of marks, composites, exclusions and parts of syllables have the forms of tokenizers") {
  const std::pair<const char*, void (*)(NormalizedText&)> forms[] = {
      {"NFC", to_nfc}, {"NFD", to_nfd}, {"NFKC", to_nfkc}, {"NFKD", to_nfkd}};
  const auto path = std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "normal_forms.json";
  for (const Json all = read_json(path); const Json& set : all["sets"]) {
    const std::vector<std::string> texts = sequences(set["characters"].get<std::vector<char32_t>>(), set["length"]);
    REQUIRE(texts.size() == set["count"].get<size_t>());
    for (const auto& [name, to_form] : forms) {
      CAPTURE(name);
      Digests digests;
      for (const std::string& text : texts) {
        NormalizedText characters = to_normalized_text(text);
        to_form(characters);
        digests.add(text, to_utf8(characters), origins_of(characters));
      }
      digests.check(set["digests"][name]);
    }
    Digests of_utf8;
    for (const std::string& text : texts) {
      std::vector<Offset> origins;
      const std::string result = nfc(text, 0, &origins);
      REQUIRE(origins.size() == result.size());
      CHECK(nfc(text) == result);
      of_utf8.add(text, result, origins_of_characters(result, origins));
    }
    of_utf8.check(set["digests"]["NFC"]);
  }
}

TEST_CASE("NFC of UTF-8 equals NFC of characters, with its origins, for random texts") {
  const RandomText random(8);
  for (uint64_t i = 0; i < 20'000; ++i) {
    const std::string text = random(i) + random(i + 1);
    CAPTURE(text);
    std::vector<Offset> origins;
    const std::string result = nfc(text, 7, &origins);
    NormalizedText characters = to_normalized_text(text, 7);
    to_nfc(characters);
    CHECK(result == to_utf8(characters));
    CHECK(origins_of_characters(result, origins) == origins_of(characters));
  }
}

TEST_CASE("NFC of UTF-8 keeps the place of a text in a longer one") {
  std::vector<Offset> origins;
  CHECK(nfc("xe\xCC\x81y", 10, &origins) == "x\xC3\xA9y");
  CHECK(origins == std::vector<Offset>{{10, 11}, {11, 12}, {11, 12}, {14, 15}});
  CHECK(nfc("").empty());
}

TEST_CASE("texts that NFC changes are found") {
  CHECK(is_surely_nfc("plain text, caf\xC3\xA9 \xE4\xB8\xAD\xE6\x96\x87 \xED\x95\x9C\xEA\xB5\xAD \xD0\xB9"));
  CHECK(!is_surely_nfc("cafe\xCC\x81"));
  CHECK(!is_surely_nfc("\xE2\x84\xAB"));              // the sign Angstrom
  CHECK(!is_surely_nfc("\xE1\x84\x80\xE1\x85\xA1"));  // parts of a Hangul syllable
}

TEST_CASE("no character that is surely in NFC changes, alone or after another") {
  for (char32_t code = 0; code < 0x30000; ++code) {  // no character above has a decomposition
    if (code >= 0xD800 && code < 0xE000) continue;
    std::string text;
    append_utf8(text, code);
    if (!is_surely_nfc(text)) continue;
    for (const char* before : {"", "a", "\xEA\xB0\x80", "\xE0\xA6\x95\xE0\xA7\x87"}) {
      if (nfc_by_characters(before + text) != before + text) FAIL("U+", static_cast<uint32_t>(code), " after ", before);
    }
  }
}

TEST_CASE("no random text that is surely in NFC changes") {
  const RandomText random(8);
  for (uint64_t i = 0; i < 20'000; ++i) {
    const std::string text = random(i);
    if (is_surely_nfc(text) && nfc_by_characters(text) != text) FAIL("random string ", i, ": ", text);
  }
}

}  // namespace hone::text::normal_forms_test
