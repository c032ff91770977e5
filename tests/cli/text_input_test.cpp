// What predict and tokenize ask of their input.
#include <doctest/doctest.h>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

using namespace hone;

namespace {

ProcessResult tokenize(std::vector<std::string> more) {
  more.insert(more.begin(), {"tokenize", "--model", tiny_model()});
  return run_hone(more);
}

void check_usage(const std::vector<std::string>& more, const std::string& error) {
  for (const char* command : {"predict", "tokenize"}) {
    std::vector<std::string> arguments = {command, "--model", tiny_model()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult result = run_hone(arguments);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.error, error));
  }
}

}  // namespace

TEST_CASE("a text or a file is needed, not both, and a file needs an output") {
  check_usage({}, "error: nothing to work on\nhint: give a text (hone ");
  check_usage({"good", "--file", "rows.csv", "--output", "out.jsonl"}, "error: both a text and --file are given\n");
  check_usage({"--file", "rows.csv"}, "error: --file is given without --output\n");
  check_usage({"good", "--output", "out.jsonl"}, "error: --output is given without --file\n");
  check_usage({"--file", "rows.csv", "--output", "out.jsonl", "--text-pair", "good"},
              "error: --text-pair is given with --file\nhint: name the column of the second text with "
              "--text-pair-column\n");
}

TEST_CASE("an output of an unknown extension is refused before anything is read") {
  const ProcessResult result =
      run_hone({"predict", "--model", tiny_model(), "--file", "nowhere.csv", "--output", "out.xlsx"});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "error: out.xlsx: rows are written as .jsonl or .csv\n"));
}

TEST_CASE("a row without text is an error with its place, for the output has a row for each") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.jsonl", "{\"text\": \"good\"}\n{\"text\": null}\n").string();
  const std::string out = (folder.path() / "out.jsonl").string();
  const ProcessResult result = tokenize({"--file", rows, "--output", out});
  CHECK(result.exit_code == 1);
  CHECK(contains(result.error, "error: " + rows + ":2: column \"text\" has no text\n"));
  CHECK(contains(result.error, "every row of the input gets a row in the output"));
  CHECK_FALSE(std::filesystem::exists(out));
}

TEST_CASE("an error in the middle of a file leaves an output that was there as it was") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.jsonl", "{\"text\": \"good\"}\n{\"text\": \"bad\"").string();
  const std::string out = folder.write("out.jsonl", "before\n").string();
  CHECK(tokenize({"--file", rows, "--output", out}).exit_code == 1);
  CHECK(read_file(out) == "before\n");
}

TEST_CASE("the columns of a pair are found by name or given") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", "premise,hypothesis,other\na,movie,the\n").string();
  const std::string out = (folder.path() / "out.jsonl").string();
  REQUIRE(tokenize({"--file", rows, "--output", out}).exit_code == 0);
  CHECK(read_file(out) == "{\"input_ids\": [2, 78, 3, 79, 3]}\n");
  REQUIRE(tokenize({"--file", rows, "--output", out, "--text-column=other", "--text-pair-column=premise"}).exit_code ==
          0);
  CHECK(read_file(out) == "{\"input_ids\": [2, 77, 3, 78, 3]}\n");
}
