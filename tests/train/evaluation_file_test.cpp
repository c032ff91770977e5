#include "train/evaluation_file.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <ctime>

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

// Writes an evaluation with so many classes to the folder. Returns the processor's seconds.
double write_classes(const TemporaryFolder& folder, int64_t num_classes) {
  constexpr int64_t kRows = 200;
  std::vector<std::string> labels;
  for (int64_t id = 0; id < num_classes; ++id)
    labels.push_back(fmt::format("a class with a longer name, number {}", id));
  metric::ClassScores scores(num_classes);
  for (int64_t row = 0; row < kRows; ++row) add_predicted(scores, row * 37 % num_classes, row * row % num_classes);
  const std::clock_t start = std::clock();
  write_evaluation(folder.path(), {num_classes, 0.5, metric::classification_report(scores, labels)});
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

TEST_CASE("the file of an evaluation with 10,000 classes is under 2 MB and takes linear time") {
  const TemporaryFolder folder;
  const double small = std::min(write_classes(folder, 1000), write_classes(folder, 1000));
  CHECK(write_classes(folder, 10'000) < 40 * small);  // 100 times as long if each pair of classes took time
  CHECK(std::filesystem::file_size(folder.path() / "evaluations" / "10000.json") < 2'000'000);
}
