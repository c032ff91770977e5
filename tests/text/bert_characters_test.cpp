#include "text/bert_characters.h"

#include <doctest/doctest.h>

#include <thread>

namespace hone::text::bert_characters_test {

namespace {

using Fate = BertCharacters::Fate;

const WordPiece& model() {
  static const WordPiece result({{"[UNK]", 0}, {"!", 1}, {"\xE4\xB8\xAD", 2}}, {}, "test");
  return result;
}

BertCharacters::Entry entry(const BertCharacters& characters, char32_t code) {
  return characters.page(code).entries[code & 0xFF];
}

}  // namespace

TEST_CASE("characters are normalized as with bert-base-uncased's settings") {
  const BertCharacters characters({}, model());
  CHECK(entry(characters, 'A').fate == Fate::kInWord);
  CHECK(entry(characters, 'A').code == 'a');
  CHECK(entry(characters, 0xC9).code == 'e');
  CHECK(entry(characters, ' ').fate == Fate::kBreak);
  CHECK(entry(characters, 0x3000).fate == Fate::kBreak);
  CHECK(entry(characters, '!').fate == Fate::kAlone);
  CHECK(entry(characters, '!').id == 1);
  CHECK(entry(characters, '?').id == 0);
  CHECK(entry(characters, 0x4E2D).id == 2);
  CHECK(entry(characters, 0x200B).fate == Fate::kDrop);
  CHECK(entry(characters, 0x301).fate == Fate::kMark);
  CHECK(entry(characters, 0x941).fate == Fate::kStarterMark);
  CHECK(entry(characters, 0x130).code == 'i');
}

TEST_CASE("a Hangul syllable is decomposed into letters, and a musical note into its parts") {
  const BertCharacters characters({}, model());
  const auto& page = characters.page(0xD55C);
  const auto hangul = entry(characters, 0xD55C);
  CHECK(hangul.fate == Fate::kSeveral);
  REQUIRE(hangul.num_pieces == 3);
  CHECK(page.pieces[hangul.first_piece].code == 0x1112);
  const auto note = entry(characters, 0x1D15E);
  REQUIRE(note.num_pieces == 2);
  CHECK(characters.page(0x1D15E).pieces[note.first_piece + 1].combining_class == 216);
}

TEST_CASE("accents stay if they are not stripped, and one capital letter becomes two characters") {
  const BertCharacters characters({true, true, false, true}, model());
  CHECK(entry(characters, 0xC9).code == 0xE9);
  CHECK(entry(characters, 0x301).fate == Fate::kInWord);
  CHECK(entry(characters, 0x130).fate == Fate::kSeveral);
  CHECK(entry(characters, 0x130).num_pieces == 2);
}

TEST_CASE("threads that need the same page concurrently share one") {
  const BertCharacters characters({}, model());
  const BertCharacters::Page* pages[4];
  std::vector<std::thread> threads;
  for (auto& page : pages) threads.emplace_back([&] { page = &characters.page(0x1F600); });
  for (std::thread& thread : threads) thread.join();
  for (const auto* page : pages) CHECK(page == pages[0]);
}

}  // namespace hone::text::bert_characters_test
