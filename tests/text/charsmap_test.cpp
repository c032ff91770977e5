#include "text/charsmap.h"

#include "expect_error.h"

namespace hone::text {

namespace {

void put_unit(std::string& bytes, uint32_t unit) {
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(unit >> shift & 0xFF);
}

// A charsmap with one entry: `from`, a byte below 0x80, becomes `to`.
std::string charsmap_bytes(char from, const std::string& to) {
  std::vector<uint32_t> units(512);
  const auto byte = static_cast<unsigned char>(from);
  units[0] = 256U << 10;                           // the root: its children are at 256 ^ label
  units[256U ^ byte] = (1U << 10) | 0x100 | byte;  // a value at 1 ^ its place
  units[(256U ^ byte) ^ 1U] = 0x80000000;          // the value 0: the replacement at 0
  std::string bytes;
  put_unit(bytes, static_cast<uint32_t>(4 * units.size()));
  for (const uint32_t unit : units) put_unit(bytes, unit);
  return bytes + to + '\0';
}

std::string normalized(const Charsmap& charsmap, const std::string& text) {
  NormalizedText characters = to_normalized_text(text);
  charsmap.normalize(characters);
  return to_utf8(characters);
}

}  // namespace

TEST_CASE("characters are replaced, also by several or by none") {
  CHECK(normalized(Charsmap(charsmap_bytes('x', "y"), "test"), "axbx") == "ayby");
  CHECK(normalized(Charsmap(charsmap_bytes('x', "yz"), "test"), "ax") == "ayz");
  CHECK(normalized(Charsmap(charsmap_bytes('x', ""), "test"), "axb") == "ab");
  CHECK(normalized(Charsmap(charsmap_bytes('x', "y"), "test"), "") == "");
}

TEST_CASE("a grapheme is replaced as a whole by the replacement of its beginning") {
  const Charsmap charsmap(charsmap_bytes('x', "y"), "test");
  CHECK(normalized(charsmap,
                   "x\xCC\x81"
                   "a") == "ya");                                                           // x with an accent, 3 bytes
  CHECK(normalized(charsmap, "x\xCC\x81\xCC\x81\xCC\x81") == "y\xCC\x81\xCC\x81\xCC\x81");  // 7 bytes: by characters
}

// As tokenizers does with T5's charsmap: "\u0605e\u0301" stays, although "e\u0301" becomes one character.
TEST_CASE(
    "a character that joins the one behind it is a part of the grapheme, and then none of the parts is replaced "
    "together") {
  const Charsmap charsmap(charsmap_bytes('x', "y"), "test");
  CHECK(normalized(charsmap, "\xD8\x85x\xCC\x81") == "\xD8\x85y\xCC\x81");
  CHECK(normalized(charsmap, "x\xCC\x81\xE1\xAB\x93") == "y\xCC\x81\xE1\xAB\x93");  // U+1AD3, of Unicode 17
  CHECK(normalized(charsmap, "\xD8\x85x") == "\xD8\x85y");
  CHECK(normalized(charsmap, "\xD8\x85\nx\xCC\x81") == "\xD8\x85\ny");  // not a control character
}

TEST_CASE("origins follow the original text") {
  NormalizedText text = to_normalized_text("axb");
  Charsmap(charsmap_bytes('x', "yz"), "test").normalize(text);
  REQUIRE(text.size() == 4);
  CHECK((text[1].origin == Offset{1, 2}));
  CHECK((text[2].origin == Offset{1, 2}));
  CHECK((text[3].origin == Offset{2, 3}));
  NormalizedText removed = to_normalized_text("axb");
  Charsmap(charsmap_bytes('x', ""), "test").normalize(removed);
  REQUIRE(removed.size() == 2);
  CHECK((removed[1].origin == Offset{2, 3}));
}

TEST_CASE("a charsmap that is cut short, lies about its size or leads outside is an error") {
  const std::string bytes = charsmap_bytes('x', "y");
  for (const size_t length : {size_t{0}, size_t{3}, size_t{4}, size_t{100}}) {
    CHECK(expect_error([&] { Charsmap(bytes.substr(0, length), "test"); }).kind() == ErrorKind::kInput);
  }
  std::string outside = bytes;
  outside[4 + 2] = '\x7F';  // the root's offset
  CHECK(
      contains(expect_error([&] { normalized(Charsmap(outside, "test"), "x"); }).what(), "leads outside of its array"));
  CHECK(expect_error([&] { Charsmap(bytes.substr(0, bytes.size() - 2) + "\xFF", "test"); }).kind() ==
        ErrorKind::kInput);
}

TEST_CASE("a replacement that begins inside of a character is an error, as is one that makes a text much longer") {
  std::string inside = charsmap_bytes('x', "\xE4\xB8\xAD");
  inside[4 + 4 * ((256U ^ 'x') ^ 1U)] = 1;  // the place of the replacement
  const Charsmap damaged(inside, "test");
  CHECK(normalized(damaged, "a") == "a");
  CHECK(contains(expect_error([&] { normalized(damaged, "x"); }).what(), "begins inside of a character"));
  const Charsmap huge(charsmap_bytes('x', std::string(10'000, 'y')), "test");
  CHECK(normalized(huge, "x").size() == 10'000);
  CHECK(contains(expect_error([&] { normalized(huge, std::string(100, 'x')); }).what(),
                 "test: a text of 100 characters becomes longer than"));
}

}  // namespace hone::text
