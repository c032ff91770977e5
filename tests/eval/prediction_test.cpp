#include "eval/prediction.h"

#include <doctest/doctest.h>

#include "eval/tiny_rows.h"

using namespace hone;

namespace {

void check_predictions(const TinyRows& tiny, const Json& expected) {
  const auto predictions = eval::predict(tiny.classifier, tiny.features, [](uint64_t) {});
  REQUIRE(predictions.size() == expected.size());
  for (size_t row = 0; row < predictions.size(); ++row) {
    CAPTURE(row);
    const Json json = eval::prediction_json(predictions[row], tiny.classifier.labels);
    double best = 0;
    REQUIRE(json["scores"].size() == expected[row].size());
    for (const auto& [label, score] : expected[row].items()) {
      CHECK(json["scores"][label].get<double>() == doctest::Approx(score.get<double>()).epsilon(1e-4));
      best = std::max(best, score.get<double>());
    }
    CHECK(json["score"].get<double>() == doctest::Approx(best).epsilon(1e-4));
    CHECK(expected[row][json["label"].get<std::string>()].get<double>() == best);
  }
}

}  // namespace

TEST_CASE("labels and scores are those of transformers' pipeline") {
  for (const std::string name : {"tiny-bert", "tiny-distilbert"}) {
    CAPTURE(name);
    check_predictions(tiny_rows(name), metrics_fixture()["models"][name]["scores"]);
  }
}

TEST_CASE("labels and scores of pairs are those of transformers") {
  check_predictions(tiny_rows("tiny-bert", true), metrics_fixture()["models"]["tiny-bert"]["pairs"]["scores"]);
}

TEST_CASE("a prediction as JSON has the label, its score, and all scores by label with a float's own digits") {
  const eval::Prediction prediction{1, {0.1f, 0.9f}};
  const Json json = eval::prediction_json(prediction, {"NEGATIVE", "POSITIVE"});
  CHECK(json.dump() == R"({"label":"POSITIVE","score":0.9,"scores":{"NEGATIVE":0.1,"POSITIVE":0.9}})");
}
