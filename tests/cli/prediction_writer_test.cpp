// The files that predict --file writes.
#include <doctest/doctest.h>

#include <sstream>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace prediction_writer_test {

using namespace hone;

ProcessResult predict(std::vector<std::string> more) {
  more.insert(more.begin(), {"predict", "--model", tiny_model(), "--num-threads=1"});
  return run_hone(more);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::istringstream stream(text);
  std::vector<std::string> parts;
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

TEST_CASE("csv output keeps the input's columns, and renames those that clash with the prediction's, with a note") {
  const TemporaryFolder folder;
  const std::string rows =
      folder.write("rows.csv", "id,text,label,score\n007,good movie,POSITIVE,5\n008,\"bad, \"\"awful\"\"\",NEGATIVE,\n")
          .string();
  const auto csv = folder.path() / "out.csv", jsonl = folder.path() / "out.jsonl";
  const ProcessResult result = predict({"--file", rows, "--output", csv.string()});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  const std::vector<std::string> lines = split(read_file(csv), '\n');
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "id,text,input_label,input_score,label,score,score_NEGATIVE,score_NEUTRAL,score_POSITIVE");
  CHECK(lines[1].starts_with("007,good movie,POSITIVE,5,NEUTRAL,0.4395"));
  CHECK(lines[2].starts_with("008,\"bad, \"\"awful\"\"\",NEGATIVE,,"));
  CHECK(contains(result.error, "the input's column \"label\" is written as \"input_label\"\n"));
  REQUIRE(predict({"--file", rows, "--output", jsonl.string()}).exit_code == 0);
  const Json first = json_lines(read_file(jsonl)).front();
  CHECK(first["text"] == "good movie");
  CHECK(first["input_label"] == "POSITIVE");
  CHECK(first["label"] == "NEUTRAL");
  CHECK(first["near_ties"] == Json({"NEUTRAL", "NEGATIVE"}));
}

TEST_CASE("--top-k limits the number of labels in both formats") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", "text\ngood movie\n").string();
  const std::string csv = (folder.path() / "out.csv").string(), jsonl = (folder.path() / "out.jsonl").string();
  REQUIRE(predict({"--file", rows, "--output", csv, "--top-k=2"}).exit_code == 0);
  CHECK(read_file(csv).starts_with("text,label,score,label_2,score_2\ngood movie,NEUTRAL,0.4395"));
  CHECK(contains(read_file(csv), ",NEGATIVE,0.4011"));
  REQUIRE(predict({"--file", rows, "--output", jsonl, "--top-k=2"}).exit_code == 0);
  CHECK(json_lines(read_file(jsonl)).front()["scores"].size() == 2);
}

}  // namespace prediction_writer_test
