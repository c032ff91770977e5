#include <doctest/doctest.h>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace tokenize_test {

using namespace hone;

ProcessResult tokenize(std::vector<std::string> more) {
  more.insert(more.begin(), {"tokenize", "--model", tiny_model()});
  return run_hone(more);
}

TEST_CASE("tokenize shows each token with its id and its characters") {
  // Ids are the lines of the fixture's vocab.txt; "movies" is "movie" and "##s".
  CHECK(tokenize({"Good Movies"}).output ==
        "           id   characters  token\n"
        "   0        2               [CLS]\n"
        "   1       86          0-4  good\n"
        "   2       79         5-10  movie\n"
        "   3       69        10-11  ##s\n"
        "   4        3               [SEP]\n"
        "5 tokens\n");
}

TEST_CASE("with --json, tokenize prints tokens, ids, types and offsets in characters") {
  // The e with an accent is two bytes and one character; it loses the accent.
  CHECK(tokenize({"--json", "\xC3\xA9 it"}).output ==
        R"({"tokens":["[CLS]","e","it","[SEP]"],"input_ids":[2,29,83,3],"token_type_ids":[0,0,0,0],)"
        R"("offsets":[[0,0],[0,1],[2,4],[0,0]]})"
        "\n");
  const Json pair = json_lines(tokenize({"--json", "--text-pair", "it", "\xC3\xA9"}).output).front();
  CHECK(pair["input_ids"].dump() == "[2,29,3,83,3]");
  CHECK(pair["token_type_ids"].dump() == "[0,0,0,1,1]");
  CHECK(pair["offsets"].dump() == "[[0,0],[0,1],[0,0],[0,2],[0,0]]");
}

TEST_CASE("tokenize truncates only at max_seq_length, with a note") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "movie ";
  CHECK(json_lines(tokenize({"--json", text}).output).front()["input_ids"].size() == 102);
  CHECK(tokenize({"--max-seq-length=4", "a movie is good"}).output.ends_with("\n4 tokens, 2 more truncated\n"));
}

TEST_CASE("each row of a file becomes a JSON line with transformers' ids") {
  const TemporaryFolder folder;
  const Json model = read_json(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/metrics.json")["models"]["tiny-bert"];
  std::string rows;
  for (const Json& text : model["texts"]) rows += Json({{"review", text}, {"note", "x"}}).dump() + "\n";
  const std::string file = folder.write("rows.jsonl", rows).string(), out = (folder.path() / "ids.jsonl").string();
  const ProcessResult result =
      tokenize({"--file", file, "--output", out, "--text-column=review", "--max-seq-length=40"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "warning: 1 of 8 rows are longer than 40 tokens and were truncated\n"));
  const std::vector<Json> lines = json_lines(read_file(out));
  REQUIRE(lines.size() == model["texts"].size());
  for (size_t row = 0; row < lines.size(); ++row) CHECK(lines[row]["input_ids"] == model["encoded"]["input_ids"][row]);
}

TEST_CASE("a folder without a tokenizer is refused") {
  const TemporaryFolder folder;
  const ProcessResult result = run_hone({"tokenize", "--model", folder.path().string(), "good"});
  CHECK(result.exit_code == 1);
  CHECK(contains(result.error, "error: " + folder.path().string()));
  CHECK(contains(result.error, "tokenizer.json"));
}

TEST_CASE("a text that is not UTF-8 is refused") {
  const ProcessResult result = tokenize({"good \xff"});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "is not valid UTF-8"));
}

TEST_CASE("ids cannot be written as csv") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", "text\ngood\n").string();
  const ProcessResult result = tokenize({"--file", rows, "--output", (folder.path() / "ids.csv").string()});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "error: hone tokenize cannot write csv"));
  CHECK(contains(result.error, "--output-format jsonl"));
}

}  // namespace tokenize_test
