#include "task/label_answers.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <tuple>

#include "expect_error.h"

namespace label_answers_test {

using namespace hone;
using task::LabelScoring;

LabelScoring best_of(std::vector<std::string> labels, std::string function = "none") {
  return {.labels = std::move(labels), .function = std::move(function)};
}

// With the function "none" the outputs are the scores.
task::Outputs outputs(std::vector<float> values) { return {{std::move(values)}}; }

const std::vector<std::string> kLabels = {"NEGATIVE", "POSITIVE", "NEUTRAL"};

TEST_CASE("an answer as JSON has the label, its score and all scores by label, with a float's shortest exact digits") {
  const LabelScoring scoring = best_of(kLabels);
  CHECK(task::label_answer(scoring, outputs({0.1f, 0.9f, 0}), {})->json().dump() ==
        R"({"label":"POSITIVE","score":0.9,"scores":{"NEGATIVE":0.1,"POSITIVE":0.9,"NEUTRAL":0.0}})");
  CHECK(task::label_answer(scoring, outputs({0.1f, 0.9f, 0}), {.top_k = 2})->json().dump() ==
        R"({"label":"POSITIVE","score":0.9,"scores":{"POSITIVE":0.9,"NEGATIVE":0.1}})");
}

TEST_CASE("a response has the labels by decreasing score, equal ones by id, at most top_k of them") {
  const LabelScoring scoring = best_of(kLabels);
  const auto response = [&](std::vector<float> scores, std::optional<int64_t> top_k = {}) {
    return task::label_answer(scoring, outputs(std::move(scores)), {.top_k = top_k})->response().dump();
  };
  CHECK(response({0.1f, 0.7f, 0.2f}) == R"([{"label":"POSITIVE","score":0.7},{"label":"NEUTRAL","score":0.2},)"
                                        R"({"label":"NEGATIVE","score":0.1}])");
  CHECK(response({0.4f, 0.2f, 0.4f}, 2) == R"([{"label":"NEGATIVE","score":0.4},{"label":"NEUTRAL","score":0.4}])");
  CHECK(response({0.4f, 0.2f, 1}, 1) == R"([{"label":"NEUTRAL","score":1.0}])");
}

TEST_CASE("the line for people names the best label, the others, and labels that are nearly as likely") {
  CHECK(task::label_answer(best_of({"A", "B"}), outputs({0.25f, 0.75f}), {})->text() == "B  0.7500  (A 0.2500)");
  CHECK(task::label_answer(best_of({"A", "B"}), outputs({0.25f, 0.75f}), {.top_k = 1})->text() == "B  0.7500");
  CHECK(task::label_answer(best_of({"A"}), outputs({0.25f}), {})->text() == "A  0.2500");
  const LabelScoring softmax = best_of({"A", "B"}, "softmax");
  const auto tie = task::label_answer(softmax, outputs({1, 1}), {});
  CHECK(tie->text() == "A  0.5000  (B 0.5000)  not sure: A or B");
  CHECK(tie->is_near_tie());
  CHECK(tie->json()["near_ties"] == Json({"A", "B"}));
  std::vector<std::string> many;
  for (int id = 0; id < 20; ++id) many.push_back("L" + std::to_string(id));
  const LabelScoring scoring = best_of(many);
  const std::string text = task::label_answer(scoring, outputs(std::vector<float>(20, 0.5f)), {})->text();
  CHECK(text.ends_with("L10 0.5000, ...)"));
}

TEST_CASE("csv cells are the best label, its score and every score; with top_k the best labels") {
  const LabelScoring scoring = best_of(kLabels);
  using Names = std::vector<std::string>;
  CHECK(task::label_answer_columns(scoring, {}) ==
        Names{"label", "score", "score_NEGATIVE", "score_POSITIVE", "score_NEUTRAL"});
  CHECK(task::label_answer_columns(scoring, {.top_k = 2}) == Names{"label", "score", "label_2", "score_2"});
  CHECK(task::label_answer_columns(scoring, {.top_k = 9}).size() == 6);
  const auto cells = task::label_answer(scoring, outputs({0.1f, 0.9f, 0}), {})->cells();
  CHECK((cells == std::vector<table::Value>{"POSITIVE", 0.9, 0.1, 0.9, 0.0}));
  const auto two = task::label_answer(scoring, outputs({0.1f, 0.9f, 0}), {.top_k = 2})->cells();
  CHECK((two == std::vector<table::Value>{"POSITIVE", 0.9, "NEGATIVE", 0.1}));
}

TEST_CASE("with thresholds the labels whose probability is above theirs are chosen, whatever function is shown") {
  const LabelScoring scoring{
      .labels = kLabels, .function = "sigmoid", .thresholds = {0.5f, 0.5f, 0.9f}, .separator = "; "};
  const auto answer = task::label_answer(scoring, outputs({0.5f, 2, 2}), {});  // sigmoid: 0.622, 0.881, 0.881
  CHECK(answer->json()["labels"] == Json({"NEGATIVE", "POSITIVE"}));
  CHECK(answer->json()["scores"].size() == 3);
  CHECK(answer->text() == "NEGATIVE 0.6225, POSITIVE 0.8808  (NEUTRAL 0.8808)");
  CHECK(std::get<std::string>(answer->cells()[0]) == "NEGATIVE; POSITIVE");
  CHECK(answer->cells().size() == task::label_answer_columns(scoring, {}).size());
  CHECK_FALSE(answer->is_near_tie());
  const auto logits = task::label_answer(scoring, outputs({0.5f, 2, 2}), {.function_to_apply = "none"});
  CHECK(logits->json()["labels"] == Json({"NEGATIVE", "POSITIVE"}));
  CHECK(logits->json()["scores"]["POSITIVE"] == 2.0);
  const auto none = task::label_answer(scoring, outputs({-3, -3, -3}), {.top_k = 1});
  CHECK(none->json()["labels"] == Json::array());
  CHECK(none->text() == "no label  (NEGATIVE 0.0474)");
  CHECK(none->cells().size() == task::label_answer_columns(scoring, {.top_k = 1}).size());
}

TEST_CASE("the scores of a long text are those of the mean of its windows' logits") {
  const LabelScoring scoring = best_of({"A", "B"}, "softmax");
  const std::vector<float> scores = scoring.scores({{{0, 2}, {2, 4}}});
  CHECK(scores[0] == doctest::Approx(1 / (1 + std::exp(2.0))));
  CHECK(scores[1] == doctest::Approx(1 / (1 + std::exp(-2.0))));
}

TEST_CASE("labels are ranked by score; equal scores are ranked by id") {
  const std::vector<float> scores = {0.2f, 0.4f, 0.1f, 0.4f};
  CHECK(task::ranked_labels(scores) == std::vector<size_t>{1, 3, 0, 2});
  CHECK(task::ranked_labels(scores, 2) == std::vector<size_t>{1, 3});
  CHECK(task::ranked_labels(scores, 99).size() == 4);
}

TEST_CASE("softmax scores of at least 0.8 times the best are near ties") {
  const auto near = [](std::vector<float> scores, const char* function = "softmax") {
    return task::near_ties(scores, function);
  };
  CHECK(near({0.44f, 0.40f, 0.16f}) == std::vector<size_t>{0, 1});
  CHECK(near({0.9f, 0.1f}).empty());
  CHECK(near({0.57f, 0.43f}).empty());  // 0.754 of it
  CHECK(near({0.45f, 0.55f}) == std::vector<size_t>{1, 0});
  CHECK(near({0.17f, 0.16f, 0.17f, 0.16f, 0.17f, 0.17f}).size() == 6);
  CHECK(near(std::vector<float>(1000, 0.001f)).size() == 10);
  CHECK(near({0.9f, 0.9f}, "sigmoid").empty());  // sigmoid labels are independent
  CHECK(near({1.0f}).empty());
}

TEST_CASE("an explanation follows the requested label or the best one; an unknown one is an error") {
  const LabelScoring scoring = best_of({"A", "B"});
  const auto best = task::followed_label(scoring, "");
  best->decide(outputs({0.25f, 0.75f}));
  CHECK(best->label() == "B");
  CHECK(best->of({}, outputs({0.5f, 0.125f}), {}) == 0.125);
  CHECK(best->near_ties().empty());
  CHECK(task::followed_label(scoring, "A")->label() == "A");
  const LabelScoring softmax = best_of({"A", "B"}, "softmax");
  const auto tie = task::followed_label(softmax, "");
  tie->decide(outputs({1, 1}));
  CHECK(tie->near_ties() == std::vector<std::string>{"A", "B"});
  const Error error = expect_error([&] { task::followed_label(scoring, "C"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(std::string(error.what()) == "unknown label \"C\"");
}

TEST_CASE("answers of 10,000 classes become JSON in time linear in the classes") {
  LabelScoring scoring{.function = "none"};
  std::vector<float> scores;
  for (int id = 0; id < 10'000; ++id) {
    scoring.labels.push_back("class " + std::to_string(id));
    scores.push_back(static_cast<float>(id) / 5e7f);
  }
  double fastest = 1;  // seconds for a row
  for (int row = 0; row < 30; ++row) {
    const auto start = std::chrono::steady_clock::now();
    CHECK(task::label_answer(scoring, outputs(scores), {})->json().dump().size() > 100'000);
    fastest = std::min(fastest, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  CHECK(fastest < 0.05);  // a search through all labels took 175 ms
}

}  // namespace label_answers_test
