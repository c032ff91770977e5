#include "table/tagged_rows.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace tagged_rows_test {

using namespace hone;
using namespace hone::table;

using Texts = std::vector<std::string>;

Rows rows_of(const TemporaryFolder& folder, std::string_view lines) {
  return read_rows(folder.write("rows.jsonl", lines));
}

std::optional<TaggedColumns> columns_of(std::string_view lines, std::string_view text = "",
                                        std::string_view tags = "") {
  const TemporaryFolder folder;
  return find_tagged_columns(rows_of(folder, lines), text, tags);
}

std::optional<TaggedRow> row_of(std::string_view line, const Texts& names = {}) {
  const TemporaryFolder folder;
  const Rows rows = rows_of(folder, line);
  return TaggedRowReader(rows, choose_tagged_columns(rows, "", ""), names).read(0);
}

std::string refused(std::string_view line, const Texts& names = {}) {
  const Error error = expect_error([&] { row_of(line, names); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK_FALSE(std::string(error.hint()).empty());
  return error.what();
}

TEST_CASE("lists of words beside lists of tags are found by their names, ner_tags first") {
  const auto found = columns_of(R"({"id": 1, "tokens": ["a"], "pos_tags": [1], "ner_tags": [0]})");
  REQUIRE(found);
  CHECK(found->text == "tokens");
  CHECK(found->tags == "ner_tags");
  CHECK_FALSE(found->are_spans);
  CHECK(columns_of(R"({"words": ["a"], "labels": ["O"]})")->tags == "labels");
  CHECK(columns_of(R"({"zeichen": ["a"], "x": ["O"]})", "zeichen", "x")->text == "zeichen");
}

TEST_CASE("spans are found beside a text, under several names, as objects and as lists of three") {
  const auto found = columns_of(R"({"text": "ab", "spans": [{"start": 0, "end": 1, "label": "x"}]})");
  REQUIRE(found);
  CHECK(found->text == "text");
  CHECK(found->tags == "spans");
  CHECK(found->are_spans);
  CHECK(columns_of("{\"text\": \"ab\", \"labels\": []}\n{\"text\": \"ab\", \"labels\": [[0, 1, \"x\"]]}")->tags ==
        "labels");
  CHECK(columns_of(R"({"satz": "ab", "entities": [[0, 1, "x"]]})", "satz")->text == "satz");
}

TEST_CASE("rows with lists of labels beside a text, or without lists, are not tagged") {
  CHECK_FALSE(columns_of(R"({"text": "ab", "labels": ["x", "y"]})"));
  CHECK_FALSE(columns_of(R"({"text": "ab", "labels": [1, 2, 3]})"));
  CHECK_FALSE(columns_of(R"({"text": "ab", "label": "x"})"));
  CHECK_FALSE(columns_of(R"({"tokens": ["ab"], "label": "x"})"));
  CHECK_FALSE(columns_of(R"({"tokens": "ab", "tags": "x"})"));
  const Error error = expect_error([] { row_of(R"({"text": "ab", "labels": ["x"]})"); });
  CHECK(contains(error.what(), "rows.jsonl:1: no columns look like words with tags, or like a text with spans"));
  CHECK(contains(error.hint(), "\"labels\" (nested)"));
}

TEST_CASE("a row has its words and their tags; null and -100 are no tag") {
  const auto row = row_of(R"({"tokens": ["EU", "rejects", "it", "x"], "tags": ["B-ORG", " O ", null, -100]})");
  REQUIRE(row);
  CHECK(row->words == Texts{"EU", "rejects", "it", "x"});
  CHECK(row->tags == Texts{"B-ORG", "O", "", ""});
  CHECK_FALSE(row_of(R"({"tokens": null, "tags": ["O"]})"
                     "\n"
                     R"({"tokens": ["a"], "tags": ["O"]})"));
  CHECK_FALSE(row_of(R"({"tokens": ["a"], "tags": null})"
                     "\n"
                     R"({"tokens": ["a"], "tags": ["O"]})"));
}

TEST_CASE("integers are ids of the given names, else names themselves") {
  const char* line = R"({"tokens": ["EU", "says"], "tags": [1, 0]})";
  CHECK(row_of(line, {"O", "B-ORG"})->tags == Texts{"B-ORG", "O"});
  CHECK(row_of(line)->tags == Texts{"1", "0"});
  CHECK(contains(refused(line, {"O"}), "rows.jsonl:1: tag 1 is not an id of 1 named tag"));
  CHECK(contains(refused(R"({"tokens": ["a"], "tags": [-1]})", {"O"}), "tag -1 is not an id"));
  const TemporaryFolder folder;
  const Rows rows = rows_of(folder, line);
  CHECK(TaggedRowReader(rows, {"tokens", "tags", false}).are_unnamed(0));
  CHECK_FALSE(TaggedRowReader(rows, {"tokens", "tags", false}, {"O", "B-ORG"}).are_unnamed(0));
}

TEST_CASE("words and tags of unequal number are an error that names the row") {
  CHECK(contains(refused(R"({"tokens": ["a", "b"], "tags": ["O"]})"),
                 "rows.jsonl:1: 2 words in \"tokens\", but 1 tag in \"tags\""));
}

TEST_CASE("a word that is no text, and a tag that is neither a name nor an id, are errors") {
  CHECK(contains(refused(R"({"tokens": ["a", 7], "tags": ["O", "O"]})"), "rows.jsonl:1: word 2 is 7, not a text"));
  CHECK(contains(refused(R"({"tokens": ["a"], "tags": [" "]})"), "the tag of word 1 (\"a\") is \" \""));
  CHECK(contains(refused(R"({"tokens": ["a"], "tags": [1.5]})"), "the tag of word 1 (\"a\") is 1.5"));
  CHECK(contains(refused(R"({"tokens": ["a"], "tags": {"a": 1}})"), "rows.jsonl:1: \"tags\" is not a list"));
}

TEST_CASE("spans are sorted by their begin; their offsets are code points") {
  const auto row = row_of(
      "{\"text\": \"\xF0\x9F\x98\x80 Ada in \xE5\x8C\x97\xE4\xBA\xAC\", \"entities\": [[9, 11, \"LOC\"], "
      "{\"start\": 2, \"end\": 5, \"type\": \"PER\"}]}");
  REQUIRE(row);
  REQUIRE(row->spans.size() == 2);
  CHECK(row->spans[0].begin == 2);
  CHECK(row->spans[0].label == "PER");
  CHECK(row->spans[1].end == 11);
  CHECK(row->spans[1].label == "LOC");
}

TEST_CASE("a span outside of its text is an error that names the row, the span and the length") {
  CHECK(contains(refused(R"({"text": "abc", "spans": [[1, 4, "x"]]})"),
                 "rows.jsonl:1: the span [1,4,\"x\"] is not inside the text, which has 3 characters"));
  CHECK(contains(refused(R"({"text": "abc", "spans": [[-1, 2, "x"]]})"), "is not inside the text"));
  CHECK(contains(refused(R"({"text": "abc", "spans": [[2, 2, "x"]]})"), "is not inside the text"));
  CHECK(contains(refused(R"({"text": "abc", "spans": [[0.5, 2, "x"]]})"), "is not inside the text"));
  CHECK(contains(refused(R"({"text": "abc", "spans": [[0, 1e300, "x"]]})"), "is not inside the text"));
}

TEST_CASE("overlapping spans are an error that names both") {
  CHECK(contains(refused(R"({"text": "abcdef", "spans": [[2, 5, "x"], [0, 3, "y"]]})"),
                 "rows.jsonl:1: the spans \"y\" from 0 to 3 and \"x\" from 2 to 5 overlap"));
}

TEST_CASE("a span without a label, and an item that is no span, are errors") {
  CHECK(contains(refused(R"({"text": "abc", "spans": [{"start": 0, "end": 1}]})"), "has no label"));
  CHECK(contains(refused(R"({"text": "abc", "spans": [[0, 1, " "]]})"), "the span [0,1,\" \"] has no label"));
  CHECK(contains(refused(R"({"text": "abc", "spans": [[0, 1, "x"], "y"]})"), "rows.jsonl:1: \"y\" is not a span"));
}

}  // namespace tagged_rows_test
