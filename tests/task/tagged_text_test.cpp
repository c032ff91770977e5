#include "task/tagged_text.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace tagged_text_test {

using namespace hone;
using namespace hone::task;

using Texts = std::vector<std::string>;

const metric::TagSet kTags({"B-person", "I-person", "O"});

// CHECK prints vectors with torch's operator<<, which cannot print an offset, so the tests compare them here.
bool same_places(const std::vector<text::Offset>& found, const std::vector<text::Offset>& expected) {
  return found == expected;
}

text::Tokenizer tokenizer() {
  return text::Tokenizer::load(std::filesystem::path(HONE_SOURCE_DIR) / "tests/fixtures/tokenizer/uncased");
}

TaggedText read(std::string_view line) {
  const TemporaryFolder folder;
  const table::Rows rows = table::read_rows(folder.write("rows.jsonl", line));
  return TaggedTextReader(rows, table::choose_tagged_columns(rows, "", ""), kTags, {}).read(0, tokenizer());
}

TEST_CASE("words are joined with spaces, but Chinese and Japanese words without") {
  std::vector<text::Offset> places;
  CHECK(join_words({"Ada", "Lovelace", "!"}, places) == "Ada Lovelace !");
  CHECK(same_places(places, {{0, 3}, {4, 12}, {13, 14}}));
  places.clear();
  CHECK(join_words({"\xE5\x8C\x97", "\xE4\xBA\xAC", "2", "\xE3\x80\x82", "\xE3\x81\x82"}, places) ==
        "\xE5\x8C\x97\xE4\xBA\xAC 2 \xE3\x80\x82\xE3\x81\x82");
  CHECK(same_places(places, {{0, 1}, {1, 2}, {3, 4}, {5, 6}, {6, 7}}));
  places.clear();
  CHECK(join_words({"", "a"}, places) == "a");
}

TEST_CASE("a row of words becomes a text with the places and tags of its words") {
  const TaggedText text = read(R"({"tokens": ["Ada", "Lovelace", "x"], "tags": ["B-person", "I-person", null]})");
  CHECK(text.text == "Ada Lovelace x");
  CHECK(text.words.size() == 3);
  CHECK(text.tags == std::vector<int32_t>{0, 1, kNoTag});
}

TEST_CASE("a text with spans is divided into words by the tokenizer") {
  const TaggedText text = read(R"({"text": "good movie, don", "spans": [[5, 10, "person"]]})");
  CHECK(text.text == "good movie, don");
  CHECK(same_places(text.words, {{0, 4}, {5, 10}, {10, 11}, {12, 15}}));
  CHECK(text.tags == std::vector<int32_t>{2, 0, 2, 2});
}

TEST_CASE("an unknown tag is an error with the row, the word and the nearest tag") {
  const Error error = expect_error([] { read(R"({"tokens": ["a", "Ada"], "tags": ["O", "B-persn"]})"); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(),
                 "rows.jsonl:1: the tag \"B-persn\" of word 2 (\"Ada\") is not one of B-person, I-person, O"));
  CHECK(error.hint() == "did you mean \"B-person\"?");
}

TEST_CASE("a span with an unknown label is an error with the row and the nearest type") {
  const Error error = expect_error([] { read(R"({"text": "good", "spans": [[0, 4, "persan"]]})"); });
  CHECK(contains(error.what(), "rows.jsonl:1: the label \"persan\" of the span from 0 to 4 is not one of person"));
  CHECK(error.hint() == "did you mean \"person\"?");
}

TEST_CASE("an entity begins where its first word begins and ends where its last word ends") {
  const std::vector<text::Offset> words = {{0, 3}, {4, 12}, {13, 14}, {15, 18}};
  const auto entities = placed_entities(kTags, std::vector<int32_t>{0, 1, 0}, std::vector<uint32_t>{0, 1, 3}, words);
  REQUIRE(entities.size() == 2);
  CHECK(entities[0].begin == 0);
  CHECK(entities[0].end == 12);
  CHECK(entities[1].begin == 15);
  CHECK(entities[1].type == "person");
}

}  // namespace tagged_text_test
