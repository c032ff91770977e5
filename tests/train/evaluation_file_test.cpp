// The scores by label were computed by hand and equal scikit-learn's for the same matrix.
#include "train/evaluation_file.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::train;

namespace {

const std::vector<std::string> kLabels = {"NEGATIVE", "POSITIVE"};

// Three of six rows are right: 2 of 3 negative ones and 1 of 3 positive ones.
eval::EvaluationResult result() {
  eval::EvaluationResult made{.loss = 0.75, .confusion = eval::ConfusionMatrix(2)};
  for (const auto& [label, predicted] : {std::pair{0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 0}, {1, 0}}) {
    made.confusion.add(label, predicted);
  }
  made.worst = {{4, 1, 0, 0.01, 4.6}, {2, 0, 1, 0.25, 1.4}};
  return made;
}

Json describe(uint64_t row) { return {{"location", fmt::format("rows.csv:{}", row + 2)}, {"text", "a\xFF"}}; }

}  // namespace

TEST_CASE("the file contains the matrix, the metrics and the worst mistakes") {
  const eval::EvaluationResult made = result();
  const std::function<Json(uint64_t)> row = describe;
  const Json json = to_json({200, 1.5, made, kLabels, row});
  CHECK(json["step"] == 200);
  CHECK(json["epoch"] == 1.5);
  CHECK(json["labels"] == Json(kLabels));
  CHECK(json["confusion_matrix"] == Json::parse("[[2, 1], [2, 1]]"));
  CHECK(json["metrics"]["loss"] == 0.75);
  CHECK(json["metrics"]["accuracy"] == 0.5);
  CHECK(json["metrics"]["recall"].get<double>() == doctest::Approx(1.0 / 3));
  REQUIRE(json["worst"].size() == 2);
  const Json& worst = json["worst"][0];
  CHECK(worst["row"] == 4);
  CHECK(worst["location"] == "rows.csv:6");
  CHECK(worst["label"] == "POSITIVE");
  CHECK(worst["predicted"] == "NEGATIVE");
  CHECK(worst["score"] == 0.01);
  CHECK(worst["loss"] == 4.6);
  CHECK_FALSE(worst.contains("text_pair"));
}

TEST_CASE("numbers that are not finite are null, and a text that is not UTF-8 is still written") {
  const TemporaryFolder folder;
  eval::EvaluationResult made = result();
  made.loss = std::nan("");
  made.worst[0].loss = INFINITY;
  const std::function<Json(uint64_t)> row = describe;
  write_evaluation(folder.path(), {7, 0.5, made, kLabels, row});
  const Json json = read_json(folder.path() / "evaluations" / "7.json");
  CHECK(json["metrics"]["loss"].is_null());
  CHECK(json["worst"][0]["loss"].is_null());
  CHECK(json["worst"][0]["text"] == "a\xEF\xBF\xBD");
}

TEST_CASE("a folder that cannot be written is an error") {
  const TemporaryFolder folder;
  folder.write("evaluations", "a file");
  const eval::EvaluationResult made = result();
  const std::function<Json(uint64_t)> row;
  CHECK(expect_error([&] { write_evaluation(folder.path(), {7, 0.5, made, kLabels, row}); }).kind() == ErrorKind::kIo);
}

TEST_CASE("the file of an evaluation with 10,000 classes is under 2 MB and takes linear time") {
  constexpr int64_t kClasses = 10'000, kRows = 200;
  std::vector<std::string> labels;
  for (int64_t id = 0; id < kClasses; ++id) labels.push_back(fmt::format("a class with a longer name, number {}", id));
  eval::EvaluationResult made{.confusion = eval::ConfusionMatrix(kClasses), .num_rows = kRows};
  for (int64_t row = 0; row < kRows; ++row) made.confusion.add(row * 37 % kClasses, row * row % kClasses);
  const TemporaryFolder folder;
  const std::function<Json(uint64_t)> row = describe;
  const auto start = std::chrono::steady_clock::now();
  write_evaluation(folder.path(), {7, 0.5, made, labels, row});
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 1);
  CHECK(std::filesystem::file_size(folder.path() / "evaluations" / "7.json") < 2'000'000);
  const Json json = read_json(folder.path() / "evaluations" / "7.json");
  uint64_t rows = 0;
  for (const Json& cell : json["confusion_matrix"]["cells"]) rows += cell[2].get<uint64_t>();
  CHECK(rows == kRows);
}
