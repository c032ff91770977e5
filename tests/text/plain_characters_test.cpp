#include "text/plain_characters.h"

#include <doctest/doctest.h>

namespace hone::text::plain_characters_test {

namespace {

using Fate = PlainCharacters::Fate;

std::string bytes_of(const PlainCharacters::Entry& entry) { return {entry.bytes, entry.length}; }

}  // namespace

TEST_CASE("characters are normalized by themselves, if their neighbours do not matter") {
  const Json replace = {{"type", "Replace"}, {"pattern", {{"String", "''"}}}, {"content", "\""}};
  const Json parts = Json::array({replace, {{"type", "NFKD"}}, {{"type", "StripAccents"}}, {{"type", "Lowercase"}}});
  const auto characters = PlainCharacters::make({{"type", "Sequence"}, {"normalizers", parts}}, "test");
  REQUIRE(characters != nullptr);
  CHECK(bytes_of(characters->at('A')) == "a");
  CHECK(characters->at('A').fate == Fate::kText);
  CHECK(bytes_of(characters->at(0xC9)) == "e");     // an accent that is stripped
  CHECK(bytes_of(characters->at(0xFB01)) == "fi");  // a ligature
  CHECK(characters->at('\'').fate == Fate::kPattern);
  for (const char32_t space : {U' ', U'\n', U'\t', U'\x3000'}) CHECK(characters->at(space).fate == Fate::kSpace);
  CHECK(characters->at(0x1F600).fate == Fate::kText);  // joined with others by U+200D only
  CHECK(characters->replaces_only_doubles());
  // Marks, joiners, jamo, regional indicators, U+2581, a carriage return.
  for (const char32_t code : {0x301, 0x200D, 0x1100, 0x1F1E9, 0x2581, 0xD, 0x93F, 0xD800}) {
    CAPTURE(static_cast<uint32_t>(code));
    CHECK(characters->at(code).fate == Fate::kOther);
  }
}

TEST_CASE("there is no table for a normalizer that looks at more than characters") {
  for (const char* type : {"Strip", "Prepend", "BertNormalizer", "ByteLevel"}) {
    CHECK(PlainCharacters::make({{"type", type}}, "test") == nullptr);
  }
  CHECK(PlainCharacters::make({{"type", "Replace"}, {"pattern", {{"Regex", "a+"}}}, {"content", "b"}}, "test") ==
        nullptr);
  CHECK(PlainCharacters::make(nullptr, "test") != nullptr);
}

TEST_CASE("runs of a character can be cut only if each Replace takes two of them for another one") {
  const auto only_doubles = [](std::vector<std::pair<const char*, const char*>> replaced) {
    Json parts = Json::array();
    for (const auto& [from, to] : replaced) {
      parts.push_back({{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}});
    }
    return PlainCharacters::make({{"type", "Sequence"}, {"normalizers", parts}}, "test")->replaces_only_doubles();
  };
  CHECK(only_doubles({{"''", "\""}, {"``", "\""}}));
  CHECK(!only_doubles({{"''", "`"}, {"``", "\""}}));
  CHECK(!only_doubles({{"aaa", "\""}}));
  CHECK(!only_doubles({{"'`", "\""}}));
  CHECK(!only_doubles({{"''", ""}}));
  CHECK(!only_doubles({{"''", " "}}));
}

}  // namespace hone::text::plain_characters_test
