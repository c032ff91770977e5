// The input rules of predict and tokenize.
#include <doctest/doctest.h>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace text_input_test {

using namespace hone;

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

TEST_CASE("either a text or a file is required, not both, and a file requires an output") {
  check_usage({}, "error: no text and no file are given\nhint: give a text (hone ");
  check_usage({"good", "--file", "rows.csv", "--output", "out.jsonl"}, "error: both a text and --file are given\n");
  check_usage({"--file", "rows.csv"}, "error: --file is given without --output\n");
  check_usage({"good", "--output", "out.jsonl"}, "error: --output is given without --file\n");
  check_usage({"--file", "rows.csv", "--output", "out.jsonl", "--text-pair", "good"},
              "error: --text-pair is given with --file\nhint: name the column of the second text with "
              "--text-pair-column\n");
}

TEST_CASE("an output with an unknown extension is refused before anything is read") {
  const ProcessResult result =
      run_hone({"predict", "--model", tiny_model(), "--file", "nowhere.csv", "--output", "out.xlsx"});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "error: out.xlsx: rows are written as .jsonl or .csv\n"));
}

TEST_CASE("rows without a text are handled as requested: as empty texts, as nulls, skipped, or refused") {
  const TemporaryFolder folder;
  // A null, an empty and a blank text; csv and jsonl.
  const std::string jsonl =
      folder.write("rows.jsonl", "{\"text\": \"good\"}\n{\"text\": null}\n{\"text\": \" \\t\"}\n{\"text\": \"bad\"}\n")
          .string();
  const std::string csv = folder.write("rows.csv", "id,text\n1,good\n2,\n3,\"  \"\n4,bad\n").string();
  const std::string good = "{\"input_ids\": [2, 86, 3]}\n", empty = "{\"input_ids\": [2, 3]}\n";
  const std::string nothing = "{\"input_ids\": null}\n";
  for (const std::string& rows : {jsonl, csv}) {
    CAPTURE(rows);
    const auto ids = [&](const std::vector<std::string>& more) {
      std::vector<std::string> arguments = {"--file", rows, "--output", "-"};
      arguments.insert(arguments.end(), more.begin(), more.end());
      return tokenize(arguments);
    };
    const std::string bad = ids({"--on-empty=skip"}).output.substr(good.size());
    CHECK(ids({"--on-empty=skip"}).output == good + bad);
    CHECK(ids({}).output == good + empty + empty + bad);
    CHECK(ids({"--on-empty=null"}).output == good + nothing + nothing + bad);
    CHECK(contains(ids({}).error, "warning: 2 rows have no text: taken as empty texts (--on-empty keep)\n"));
    CHECK(contains(ids({"--on-empty=skip"}).error, "2 rows have no text: skipped (--on-empty skip)\n"));
    const ProcessResult refused = ids({"--on-empty=error"});
    CHECK(refused.exit_code == 1);
    CHECK(contains(refused.error, "error: " + rows + (rows == csv ? ":3" : ":2") + ": column \"text\" has no text\n"));
    CHECK(contains(refused.error, "hint: fill it in, or give --on-empty keep, null or skip\n"));
  }
}

TEST_CASE("predictions stay beside their rows if other rows have no text") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", "id,text\n1,good movie\n2,\n3,love\n").string();
  const auto lines = [&](const std::string& on_empty) {
    return json_lines(run_hone({"predict", "--model", tiny_model(), "--num-threads=1", "--file", rows, "--output", "-",
                                "--on-empty", on_empty})
                          .output);
  };
  const std::vector<Json> kept = lines("keep"), nulls = lines("null"), skipped = lines("skip");
  REQUIRE(kept.size() == 3);
  REQUIRE(nulls.size() == 3);
  REQUIRE(skipped.size() == 2);
  CHECK(kept[1]["id"] == 2);
  CHECK(kept[1]["label"].is_string());
  CHECK(nulls[1]["id"] == 2);
  CHECK(nulls[1]["label"].is_null());
  CHECK(nulls[1]["score"].is_null());
  for (const Json& last : {kept[2], nulls[2], skipped[1]}) {
    CHECK(last["id"] == 3);
    CHECK(last["label"] == kept[2]["label"]);
  }
}

TEST_CASE(
    "- means standard input and output: texts line by line, and rows whose format is detected from their content") {
  const std::vector<std::string> model = {"predict", "--model", tiny_model(), "--num-threads=1"};
  const auto predict = [&](std::vector<std::string> more, const std::string& input) {
    more.insert(more.begin(), model.begin(), model.end());
    return run_hone(more, input);
  };
  const std::vector<Json> given = json_lines(predict({"--json", "good movie", "bad", ""}, "").output);
  const std::vector<Json> lines = json_lines(predict({"--json", "-"}, "good movie\r\nbad\n\n").output);
  CHECK(lines == given);
  const char* const inputs[] = {"text,id\ngood movie,1\nbad,2\n", "{\"text\": \"good movie\"}\n{\"text\": \"bad\"}\n",
                                "text\tid\ngood movie\t1\nbad\t2\n"};
  for (const char* input : inputs) {
    CAPTURE(input);
    const ProcessResult result = predict({"--file", "-", "--output", "-"}, input);
    REQUIRE_MESSAGE(result.exit_code == 0, result.error);
    const std::vector<Json> rows = json_lines(result.output);
    REQUIRE(rows.size() == 2);
    for (size_t row = 0; row < 2; ++row) CHECK(rows[row]["label"] == given[row]["label"]);
  }
  const ProcessResult csv = predict({"--file", "-", "--output", "-", "--output-format=csv"}, inputs[0]);
  CHECK(csv.output.starts_with("text,id,label,score,score_NEGATIVE"));
  const ProcessResult wrong = predict({"--file", "-", "--output", "-"}, "{\"text\": \"a\"}\n{\"text\": \n");
  CHECK(wrong.exit_code == 1);
  CHECK(contains(wrong.error, "error: standard input:"));
}

TEST_CASE("an output that exists or is the input is refused; --overwrite replaces only an existing one") {
  const TemporaryFolder folder;
  const std::string content = "text\ngood\n";
  const std::string rows = folder.write("rows.csv", content).string();
  const std::string link = (folder.path() / "link.csv").string();
  std::filesystem::create_hard_link(rows, link);
  for (const std::string& output : {rows, link, (folder.path() / "." / "rows.csv").string()}) {
    for (const char* command : {"predict", "tokenize"}) {
      const ProcessResult result =
          run_hone({command, "--model", tiny_model(), "--file", rows, "--output", output, "--overwrite"});
      CHECK(result.exit_code == 2);
      CHECK(contains(result.error, " are the same file: writing it would destroy the input\n"));
      CHECK(read_file(rows) == content);
    }
  }
  const std::string out = folder.write("out.jsonl", "before\n").string();
  const ProcessResult refused = tokenize({"--file", rows, "--output", out});
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.error,
                 "error: --output " + out + " already exists\nhint: give another name; --overwrite replaces it"));
  CHECK(read_file(out) == "before\n");
  CHECK(tokenize({"--file", rows, "--output", out, "--overwrite"}).exit_code == 0);
  CHECK(read_file(out) == "{\"input_ids\": [2, 86, 3]}\n");
}

TEST_CASE("an error in the middle of a file leaves an existing output unchanged") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.jsonl", "{\"text\": \"good\"}\n{\"text\": \"bad\"").string();
  const std::string out = folder.write("out.jsonl", "before\n").string();
  CHECK(tokenize({"--file", rows, "--output", out, "--overwrite"}).exit_code == 1);
  CHECK(read_file(out) == "before\n");
}

TEST_CASE("the columns of a pair are found by name or set by options") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", "premise,hypothesis,other\na,movie,the\n").string();
  const std::string out = (folder.path() / "out.jsonl").string();
  REQUIRE(tokenize({"--file", rows, "--output", out}).exit_code == 0);
  CHECK(read_file(out) == "{\"input_ids\": [2, 78, 3, 79, 3]}\n");
  REQUIRE(
      tokenize({"--file", rows, "--output", out, "--overwrite", "--text-column=other", "--text-pair-column=premise"})
          .exit_code == 0);
  CHECK(read_file(out) == "{\"input_ids\": [2, 77, 3, 78, 3]}\n");
}

}  // namespace text_input_test
