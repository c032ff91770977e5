#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>

#include "base/files.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace data_labels_test {

using namespace hone;

std::vector<std::string> arguments(const TemporaryFolder& folder, const std::vector<std::string>& more) {
  const std::string rows = folder.write("rows.csv", reviews(60)).string();
  std::vector<std::string> list = {"data", "labels", rows, "--num-threads=1"};
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

std::vector<std::string> training(const TemporaryFolder& folder, const std::vector<std::string>& more = {}) {
  std::vector<std::string> list = arguments(folder, {"--model", tiny_model(), "--folds=3", "--num-train-epochs=1",
                                                     "--output", (folder.path() / "out.jsonl").string()});
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

TEST_CASE("models trained on the other folds predict the rows, and the rows are ranked") {
  const TemporaryFolder folder;
  const ProcessResult result = run_hone(training(folder));
  INFO(result.error);
  REQUIRE(result.exit_code == 0);
  CHECK(contains(result.error, "fold 3 of 3: training on 40 rows, then predicting 20"));
  CHECK(contains(result.output, "of 60 rows, 3 classes: "));
  const std::vector<Json> rows = json_lines(read_file(folder.path() / "out.jsonl"));
  REQUIRE(rows.size() == 60);
  std::vector<bool> seen(60);
  for (const Json& row : rows) {
    seen[row["row"].get<size_t>()] = true;
    CHECK(row["label_quality"].get<double>() > 0);
    CHECK(row["given_label"] == row["label"]);
    CHECK(row["area_under_margin"].is_number());
  }
  CHECK(std::ranges::count(seen, true) == 60);
  // The models are removed; the predictions stay.
  CHECK(std::filesystem::exists(folder.path() / "out.jsonl.folds/fold-1.npy"));
  CHECK(!std::filesystem::exists(folder.path() / "out.jsonl.folds/fold-1"));
}

TEST_CASE("a second run takes the predictions of finished folds, and has the same result") {
  const TemporaryFolder folder;
  REQUIRE(run_hone(training(folder)).exit_code == 0);
  const std::string first = read_file(folder.path() / "out.jsonl");
  std::filesystem::remove(folder.path() / "out.jsonl.folds/fold-2.npy");
  const ProcessResult again = run_hone(training(folder, {"--overwrite"}));
  CHECK(again.exit_code == 0);
  CHECK(contains(again.error, "fold 1 of 3: predictions exist"));
  CHECK(contains(again.error, "fold 2 of 3: training"));
  CHECK(read_file(folder.path() / "out.jsonl") == first);
}

TEST_CASE("an interrupted training is resumed by the same command") {
  const TemporaryFolder folder;
  const std::vector<std::string> more = {"--overwrite", "--num-train-epochs=60"};
  REQUIRE(run_hone(training(folder, more)).exit_code == 0);
  const std::string whole = read_file(folder.path() / "out.jsonl");
  std::filesystem::remove_all(folder.path() / "out.jsonl.folds");
  Process process(HONE_PROGRAM, training(folder, more));
  const std::filesystem::path started = folder.path() / "out.jsonl.folds/fold-2/model/metrics.jsonl";
  REQUIRE(process.wait_until([&] { return std::filesystem::exists(started); }));
  process.send(SIGINT);
  const ProcessResult stopped = process.wait();
  CHECK(stopped.exit_code == 130);
  CHECK(contains(stopped.error, "the same command resumes it"));
  REQUIRE(run_hone(training(folder, more)).exit_code == 0);
  CHECK(read_file(folder.path() / "out.jsonl") == whole);
}

TEST_CASE("the rows are ranked by their margins, which probabilities of a file do not have") {
  const TemporaryFolder folder;
  REQUIRE(run_hone(training(folder, {"--rank-by=area_under_margin"})).exit_code == 0);
  double before = -std::numeric_limits<double>::infinity();
  bool was_issue = true;
  for (const Json& row : json_lines(read_file(folder.path() / "out.jsonl"))) {
    const bool is_issue = row["is_label_issue"];
    if (is_issue != was_issue) before = -std::numeric_limits<double>::infinity();
    CHECK(row["label_quality"] == row["area_under_margin"]);
    CHECK(row["area_under_margin"].get<double>() >= before);
    before = row["area_under_margin"];
    was_issue = is_issue;
  }
  CHECK(std::filesystem::exists(folder.path() / "out.jsonl.folds/fold-1.margins.npy"));
  const ProcessResult wrong =
      run_hone(arguments(folder, {"--probabilities", "p.npy", "--rank-by", "area_under_margin"}));
  CHECK(wrong.exit_code == 2);
  CHECK(contains(wrong.error, "rank_by is area_under_margin, but --probabilities has no margins of a training"));
}

TEST_CASE("an earlier work folder without margins is used, and trained again only if the ranking needs them") {
  const TemporaryFolder folder;
  REQUIRE(run_hone(training(folder, {"--rank-by=area_under_margin"})).exit_code == 0);
  const std::string whole = read_file(folder.path() / "out.jsonl");
  const std::filesystem::path margins = folder.path() / "out.jsonl.folds/fold-2.margins.npy";
  std::filesystem::remove(margins);
  const ProcessResult without = run_hone(training(folder, {"--overwrite"}));
  REQUIRE_MESSAGE(without.exit_code == 0, without.error);
  CHECK(!contains(without.error, "training on"));
  CHECK(contains(without.error, "fold-2.margins.npy is missing, so no row has an area_under_margin"));
  const std::vector<Json> rows = json_lines(read_file(folder.path() / "out.jsonl"));
  CHECK(std::ranges::none_of(rows, [](const Json& row) { return row.contains("area_under_margin"); }));
  const ProcessResult again = run_hone(training(folder, {"--overwrite", "--rank-by=area_under_margin"}));
  REQUIRE_MESSAGE(again.exit_code == 0, again.error);
  CHECK(contains(again.error, "fold 1 of 3: predictions exist"));
  CHECK(contains(again.error, "fold 2 of 3: --rank-by area_under_margin needs margins, and "));
  CHECK(contains(again.error, "fold-2.margins.npy is missing: the fold is trained again"));
  CHECK(read_file(folder.path() / "out.jsonl") == whole);
}

TEST_CASE("damaged margins are an error that names the file") {
  const TemporaryFolder folder;
  REQUIRE(run_hone(training(folder)).exit_code == 0);
  const std::filesystem::path margins = folder.path() / "out.jsonl.folds/fold-1.margins.npy";
  const std::string whole = read_file(margins);
  for (const float count : {std::numeric_limits<float>::quiet_NaN(), -1.0F, 0.5F, 1e30F}) {
    std::string damaged = whole;  // the last value is the count of the last row
    std::memcpy(damaged.data() + damaged.size() - sizeof count, &count, sizeof count);
    write_file(margins, damaged);
    const ProcessResult result = run_hone(training(folder, {"--overwrite"}));
    CHECK(result.exit_code == 1);
    CHECK(contains(result.error, "fold-1.margins.npy is damaged: row 39 has"));
    CHECK(contains(result.error, "remove the file"));
  }
}

TEST_CASE("an interrupted training without margins starts anew if the ranking needs them") {
  const TemporaryFolder folder;
  const std::vector<std::string> more = {"--overwrite", "--num-train-epochs=60", "--rank-by=area_under_margin"};
  REQUIRE(run_hone(training(folder, more)).exit_code == 0);
  const std::string whole = read_file(folder.path() / "out.jsonl");
  const std::filesystem::path folds = folder.path() / "out.jsonl.folds";
  std::filesystem::remove_all(folds);
  Process process(HONE_PROGRAM, training(folder, more));
  REQUIRE(process.wait_until([&] { return std::filesystem::exists(folds / "fold-2/model/metrics.jsonl"); }));
  process.send(SIGINT);
  REQUIRE(process.wait().exit_code == 130);
  for (const char* fold : {"fold-2", "fold-3"}) std::filesystem::remove(folds / fold / "margins.npy");
  const ProcessResult again = run_hone(training(folder, more));
  REQUIRE_MESSAGE(again.exit_code == 0, again.error);
  CHECK(contains(again.error, "has none: it starts anew"));
  CHECK(read_file(folder.path() / "out.jsonl") == whole);
}

TEST_CASE("folds of other rows or options are not mixed") {
  const TemporaryFolder folder;
  REQUIRE(run_hone(training(folder)).exit_code == 0);
  const ProcessResult other = run_hone(training(folder, {"--overwrite", "--seed=7"}));
  CHECK(other.exit_code == 2);
  CHECK(contains(other.error, "holds folds of other rows, another model or other options"));
  CHECK(contains(other.error, "--work-dir"));
  const std::string used = folder.write("used/a.txt", "x").parent_path().string();
  CHECK(
      contains(run_hone(training(folder, {"--overwrite", "--work-dir", used})).error, "holds files of something else"));
}

TEST_CASE("probabilities of hone predict need no training") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(60)).string();
  const std::string scores = (folder.path() / "scores.csv").string();
  REQUIRE(run_hone({"predict", "--model", tiny_model(), "--file", rows, "--output", scores}).exit_code == 0);
  const ProcessResult result = run_hone({"data", "labels", rows, "--probabilities", scores, "--json"});
  REQUIRE(result.exit_code == 0);
  const Json json = Json::parse(result.output);
  CHECK(json["rows"] == 60);
  CHECK(json["classes"].size() == 3);
  CHECK(json["issues"].size() == json["num_issues"]);
}

TEST_CASE("the page's corrections make a corrected file") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(60)).string();
  const std::string scores = (folder.path() / "scores.jsonl").string(), page = (folder.path() / "page.html").string();
  REQUIRE(run_hone({"predict", "--model", tiny_model(), "--file", rows, "--output", scores}).exit_code == 0);
  REQUIRE(run_hone({"data", "labels", rows, "--probabilities", scores, "--html", page}).exit_code == 0);
  CHECK(read_file(page).starts_with("<!doctype html>"));
  CHECK(run_hone({"data", "labels", rows, "--probabilities", scores, "--html", page}).exit_code == 2);
  const std::string corrections = folder.write("corrections.csv", "row,label\n0,POSITIVE\n").string();
  const std::string corrected = (folder.path() / "corrected.csv").string();
  REQUIRE(run_hone({"data", "clean", rows, "--correct-labels", corrections, "--output", corrected}).exit_code == 0);
  CHECK(contains(read_file(corrected), "boring,POSITIVE\n"));
}

TEST_CASE("labels that look like numbers keep their names") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(60, {"01", "-1", "7"})).string();
  const ProcessResult result =
      run_hone({"data", "labels", rows, "--model", tiny_model(), "--folds=2", "--json", "--num-train-epochs=1",
                "--num-threads=1", "--work-dir", (folder.path() / "work").string()});
  INFO(result.error);
  REQUIRE(result.exit_code == 0);
  CHECK(Json::parse(result.output)["classes"] == Json({"-1", "01", "7"}));
}

TEST_CASE("standard output holds only the result, and truncated rows are reported") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(60)).string();
  const ProcessResult result = run_hone({"data", "labels", rows, "--model", tiny_model(), "--folds=2",
                                         "--num-train-epochs=300", "--num-threads=1", "--max-seq-length=5", "--output",
                                         "-", "--work-dir", (folder.path() / "work").string()});
  REQUIRE(result.exit_code == 0);
  CHECK(json_lines(result.output).size() == 60);
  CHECK(contains(result.error, "rows are longer than 5 tokens; they were truncated (--max-seq-length)"));
}

TEST_CASE("exactly one source of probabilities is needed") {
  const TemporaryFolder folder;
  const ProcessResult none = run_hone(arguments(folder, {}));
  CHECK(none.exit_code == 2);
  CHECK(contains(none.error, "neither a model to train nor probabilities are given"));
  const ProcessResult both = run_hone(arguments(folder, {"--model", tiny_model(), "--probabilities", "p.csv"}));
  CHECK(both.exit_code == 2);
  CHECK(contains(both.error, "--model and --probabilities are both given"));
}

TEST_CASE("only one result goes to standard output, and the page is a file") {
  const TemporaryFolder folder;
  const ProcessResult both = run_hone(arguments(folder, {"--model", tiny_model(), "--json", "--output", "-"}));
  CHECK(both.exit_code == 2);
  CHECK(contains(both.error, "--json and --output - both write to standard output"));
  const ProcessResult page = run_hone(arguments(folder, {"--model", tiny_model(), "--html", "-"}));
  CHECK(page.exit_code == 2);
  CHECK(contains(page.error, "--html - is not a file"));
}

TEST_CASE("bad input is reported before any training") {
  const TemporaryFolder folder;
  CHECK(contains(run_hone(arguments(folder, {"--model", tiny_model(), "--folds=1"})).error, "folds"));
  CHECK(contains(run_hone(arguments(folder, {"--model", tiny_model(), "--output", "x.doc"})).error, "x.doc"));
  const std::string one = folder.write("one.csv", "text,label\na,x\nb,x\n").string();
  const ProcessResult result = run_hone({"data", "labels", one, "--model", tiny_model(), "--folds=2"});
  CHECK(result.exit_code == 1);
  CHECK(contains(result.error, "all rows have the same label"));
}

}  // namespace data_labels_test
