#include "text/rank_file.h"

#include "expect_error.h"

namespace hone::text::rank_file_test {

TEST_CASE("tokens and ranks are read, also with CRLF and blank lines") {
  const std::vector<RankedToken> ranks = parse_rank_file("YQ== 0\r\nYg== 1\n\nYWI= 7\n", "t.model");
  CHECK(ranks == std::vector<RankedToken>{{"a", 0}, {"b", 1}, {"ab", 7}});
  CHECK(is_rank_file("YQ== 0\n"));
  CHECK(!is_rank_file("\n\x0E\n\x05<unk>"));
}

TEST_CASE("a token has a merge for each place where it falls into two tokens, by the ranks of these") {
  TokenizerSpec spec;
  convert_ranks({{"a", 0}, {"b", 1}, {"bb", 3}, {"ab", 2}, {"abb", 5}, {" ", 4}}, Json::object(), spec);
  CHECK(spec.vocabulary.back() == VocabularyEntry{"\xC4\xA0", 4});
  const std::vector<MergeEntry> merges = {{"a", "b"}, {"b", "b"}, {"a", "bb"}, {"ab", "b"}};
  CHECK(spec.merges == merges);
  CHECK(spec.model["ignore_merges"] == true);
  CHECK(spec.model_tokens.empty());
}

TEST_CASE("special tokens stand behind the ranks, with placeholders between them") {
  TokenizerSpec spec;
  const Json config = {{"added_tokens_decoder", {{"0", {{"content", "a"}}}, {"2", {{"content", "<x>"}}}}},
                       {"extra_special_tokens", {"<x>", "<y>"}}};
  convert_ranks({{"a", 0}}, config, spec);
  std::vector<std::string> contents;
  for (const AddedToken& token : spec.model_tokens) contents.push_back(token.content);
  CHECK(contents == std::vector<std::string>{"<|reserved_token_1|>", "<x>", "<y>"});
}

TEST_CASE("malformed rank files are errors with their line") {
  const auto message = [](const std::string& bytes) {
    return std::string(expect_error([&] { parse_rank_file(bytes, "t.model"); }).what());
  };
  CHECK(contains(message("YQ== 0\nYQ 1\n"), "t.model:2: \"YQ\" is not a token in base64"));
  CHECK(contains(message("YQ==\n"), "t.model:1: \"\" is not a rank"));
  CHECK(contains(message("YQ== -1\n"), "\"-1\" is not a rank"));
  CHECK(contains(message("YQ== 1x\n"), "\"1x\" is not a rank"));
  CHECK(contains(message("YQ== 0\nYQ== 1\n"), "t.model:2: the token or the rank occurs twice"));
  CHECK(contains(message("YQ== 0\nYg== 0\n"), "t.model:2: the token or the rank occurs twice"));
  CHECK(contains(message("\n"), "the file has no ranks"));
  TokenizerSpec spec;
  spec.source = "t.model";
  const Json far = {{"added_tokens_decoder", {{"99999999", {{"content", "<x>"}}}}}};
  CHECK(contains(expect_error([&] { convert_ranks({{"a", 0}}, far, spec); }).what(), "has the id 99999999, but"));
}

}  // namespace hone::text::rank_file_test
