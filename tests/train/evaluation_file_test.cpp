#include "train/evaluation_file.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>

#include "base/files.h"
#include "expect_error.h"
#include "metric/classification_report.h"
#include "metric/scored_rows.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::train;

TEST_CASE("the file has its format, the metrics and the panels") {
  const metric::Report report{
      .loss = 0.75, .values = {{"accuracy", 0.5}}, .panels = {{"rows", "worst", "Worst mistakes", Json::array()}}};
  CHECK(to_json({200, 1.5, report}).dump() ==
        R"({"format":2,"step":200,"epoch":1.5,"metrics":{"loss":0.75,"accuracy":0.5},)"
        R"("panels":[{"kind":"rows","name":"worst","title":"Worst mistakes","data":[]}]})");
}

TEST_CASE("numbers that are not finite are null, and a text that is not UTF-8 is still written") {
  const TemporaryFolder folder;
  const metric::Report report{.loss = std::nan(""),
                              .values = {{"accuracy", INFINITY}},
                              .panels = {{"rows", "worst", "Worst mistakes", Json::array({{{"text", "a\xFF"}}})}}};
  write_evaluation(folder.path(), {7, 0.5, report});
  const Json json = read_json(folder.path() / "evaluations" / "7.json");
  CHECK(json["metrics"]["loss"].is_null());
  CHECK(json["metrics"]["accuracy"].is_null());
  CHECK(json["panels"][0]["data"][0]["text"] == "a\xEF\xBF\xBD");
}

TEST_CASE("a folder that cannot be written is an error") {
  const TemporaryFolder folder;
  folder.write("evaluations", "a file");
  const metric::Report report;
  CHECK(expect_error([&] { write_evaluation(folder.path(), {7, 0.5, report}); }).kind() == ErrorKind::kIo);
}

TEST_CASE("the file of an evaluation with 10,000 classes is under 2 MB and takes linear time") {
  constexpr int64_t kClasses = 10'000, kRows = 200;
  std::vector<std::string> labels;
  for (int64_t id = 0; id < kClasses; ++id) labels.push_back(fmt::format("a class with a longer name, number {}", id));
  metric::ClassScores scores(kClasses);
  for (int64_t row = 0; row < kRows; ++row) add_predicted(scores, row * 37 % kClasses, row * row % kClasses);
  const TemporaryFolder folder;
  const auto start = std::chrono::steady_clock::now();
  write_evaluation(folder.path(), {7, 0.5, metric::classification_report(scores, labels)});
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 1);
  CHECK(std::filesystem::file_size(folder.path() / "evaluations" / "7.json") < 2'000'000);
}
