#include "expect_error.h"
#include "text/tokenizer_spec.h"

namespace hone::text::vocabulary_files_test {

TEST_CASE("the lines of a vocabulary are its tokens, without white space at their ends") {
  const auto tokens = parse_vocabulary_text("a\r\n\nb \xE3\x80\x80\n  c\nd", "v");
  CHECK(tokens == std::vector<VocabularyEntry>{{"a", 0}, {"", 1}, {"b", 2}, {"  c", 3}, {"d", 4}});
  CHECK(contains(expect_error([] { parse_vocabulary_text("", "dir/vocab.txt"); }).what(),
                 "dir/vocab.txt: the vocabulary is empty"));
  CHECK(contains(expect_error([] { parse_vocabulary_text("a\n\xFF", "dir/vocab.txt"); }).what(),
                 "dir/vocab.txt: byte 2"));
}

TEST_CASE("each line of merges.txt is a merge, also with a byte order mark and carriage returns") {
  const auto merges = parse_merges_text("\xEF\xBB\xBF#version: 0.2\r\na b\r\n\xC4\xA0 ab\r\n", "merges.txt");
  CHECK(merges == std::vector<MergeEntry>{{"a", "b", 2}, {"\xC4\xA0", "ab", 3}});
  CHECK(parse_merges_text("a b", "merges.txt") == std::vector<MergeEntry>{{"a", "b", 1}});
  CHECK(parse_merges_text("", "merges.txt").empty());
}

TEST_CASE("a malformed line of merges.txt is an error that names it") {
  const auto error_of = [](const char* text) {
    return expect_error([&] { parse_merges_text(text, "dir/merges.txt"); });
  };
  CHECK(contains(error_of("a b\nc\n").what(), "dir/merges.txt:2: \"c\" is not a merge"));
  CHECK(contains(error_of("a b\n\nc d\n").what(), "dir/merges.txt:2: \"\" is not a merge"));
  CHECK(contains(error_of("#version: 0.2\na b c\n").what(), "dir/merges.txt:2: \"a b c\" is not a merge"));
  CHECK(contains(error_of("a b\n\xFF c\n").what(), "dir/merges.txt: byte 4"));
}

TEST_CASE("a vocab.json gives ids to tokens, with gaps and a byte order mark") {
  CHECK(parse_vocabulary_json("\xEF\xBB\xBF{\"b\": 7, \"\\u0120a\": 0}", "vocab.json") ==
        std::vector<VocabularyEntry>{{"b", 7},
                                     {"\xC4\xA0"
                                      "a",
                                      0}});
  const auto error_of = [](const char* text) { return expect_error([&] { parse_vocabulary_json(text, "v.json"); }); };
  CHECK(contains(error_of("{\"a\": }").what(), "v.json:1:"));
  CHECK(contains(error_of("[1]").what(), "v.json: the file must hold an object"));
  CHECK(contains(error_of("{\"a\": -1}").what(), "v.json: the id of token \"a\" must be an integer from 0"));
}

}  // namespace hone::text::vocabulary_files_test
