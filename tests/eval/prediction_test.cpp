#include "eval/prediction.h"

#include <doctest/doctest.h>

#include <chrono>
#include <tuple>

#include "eval/changed_model.h"
#include "eval/tiny_rows.h"

using namespace hone;

namespace {

void check_predictions(const TinyRows& tiny, const Json& expected) {
  const eval::Predictions predictions = eval::predict(tiny.classifier, tiny.features);
  REQUIRE(predictions.size() == expected.size());
  for (size_t row = 0; row < predictions.size(); ++row) {
    CAPTURE(row);
    const Json json = eval::prediction_json(predictions.row(row), tiny.classifier.labels, "softmax");
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

TEST_CASE("labels and scores equal those of transformers' pipeline") {
  for (const std::string name : {"tiny-bert", "tiny-distilbert"}) {
    CAPTURE(name);
    check_predictions(tiny_rows(name), metrics_fixture()["models"][name]["scores"]);
  }
}

TEST_CASE("labels and scores of pairs equal those of transformers") {
  check_predictions(tiny_rows("tiny-bert", true), metrics_fixture()["models"]["tiny-bert"]["pairs"]["scores"]);
}

TEST_CASE(
    "a prediction as JSON has the label, its score and all scores by label, with a float's shortest exact digits") {
  const std::vector<float> scores = {0.1f, 0.9f, 0.0f};
  const std::vector<std::string> labels = {"NEGATIVE", "POSITIVE", "NEUTRAL"};
  CHECK(eval::prediction_json(scores, labels, "softmax").dump() ==
        R"({"label":"POSITIVE","score":0.9,"scores":{"NEGATIVE":0.1,"POSITIVE":0.9,"NEUTRAL":0.0}})");
  CHECK(eval::prediction_json(scores, labels, "softmax", 2).dump() ==
        R"({"label":"POSITIVE","score":0.9,"scores":{"POSITIVE":0.9,"NEGATIVE":0.1}})");
}

TEST_CASE("labels are ranked by score; equal scores are ranked by id") {
  const std::vector<float> scores = {0.2f, 0.4f, 0.1f, 0.4f};
  CHECK(eval::ranked_labels(scores) == std::vector<size_t>{1, 3, 0, 2});
  CHECK(eval::ranked_labels(scores, 2) == std::vector<size_t>{1, 3});
  CHECK(eval::ranked_labels(scores, 99).size() == 4);
}

TEST_CASE("softmax scores of at least 0.8 times the best are near ties") {
  const auto near = [](std::vector<float> scores, const char* function = "softmax") {
    return eval::near_ties(scores, function);
  };
  CHECK(near({0.44f, 0.40f, 0.16f}) == std::vector<size_t>{0, 1});
  CHECK(near({0.9f, 0.1f}).empty());
  CHECK(near({0.57f, 0.43f}).empty());  // 0.754 of it
  CHECK(near({0.45f, 0.55f}) == std::vector<size_t>{1, 0});
  CHECK(near({0.17f, 0.16f, 0.17f, 0.16f, 0.17f, 0.17f}).size() == 6);
  CHECK(near(std::vector<float>(1000, 0.001f)).size() == 10);
  CHECK(near({0.9f, 0.9f}, "sigmoid").empty());  // sigmoid labels are independent
  CHECK(near({1.0f}).empty());
  const std::vector<float> scores = {0.44f, 0.40f, 0.16f};
  CHECK(eval::prediction_json(scores, {"a", "b", "c"}, "softmax")["near_ties"] == Json({"a", "b"}));
}

TEST_CASE("a model's default score function is that of transformers' pipeline, and another one can be requested") {
  // sigmoid(2.68055) = 0.93587; softmax of 2.68055 and -7.446 gives 0.99996.
  const std::tuple<const char*, const char*, double> expected[] = {{"multi_label_classification", "", 0.93587},
                                                                   {"multi_label_classification", "softmax", 0.99996},
                                                                   {"single_label_classification", "", 0.99996},
                                                                   {"single_label_classification", "sigmoid", 0.93587},
                                                                   {"regression", "", 2.68055}};
  for (const auto& [problem_type, function, score] : expected) {
    CAPTURE(problem_type);
    CAPTURE(function);
    const TemporaryFolder folder;
    write_constant_model(folder.path(), 2.68055f, -7.446f, problem_type);
    const eval::Classifier classifier = eval::load_trained_classifier(folder.path(), {});
    task::Features features;
    features.add(classifier.tokenizer.encode("good movie"));
    CHECK(eval::predict(classifier, features, function).row(0)[0] == doctest::Approx(score).epsilon(1e-5));
  }
}

TEST_CASE("predictions of 10,000 classes become JSON in time linear in the classes") {
  std::vector<std::string> labels;
  std::vector<float> scores;
  for (int id = 0; id < 10'000; ++id) {
    labels.push_back("class " + std::to_string(id));
    scores.push_back(static_cast<float>(id) / 5e7f);
  }
  const auto start = std::chrono::steady_clock::now();
  for (int row = 0; row < 100; ++row) CHECK(eval::prediction_json(scores, labels, "softmax").dump().size() > 100'000);
  // A search through all labels took 175 ms per row.
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 5);
}
