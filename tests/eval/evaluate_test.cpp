#include "eval/evaluate.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <tuple>

#include "base/files.h"
#include "eval/changed_model.h"
#include "eval/report.h"
#include "eval/tiny_rows.h"
#include "expect_error.h"

using namespace hone;

TEST_CASE("loss, confusion matrix and batches are those of HF's Trainer") {
  for (const std::string name : {"tiny-bert", "tiny-distilbert"}) {
    CAPTURE(name);
    const Json& expected = metrics_fixture()["models"][name]["evaluation"];
    TinyRows tiny = tiny_rows(name);
    tiny.features.labels = expected["labels"].get<std::vector<int64_t>>();
    const auto result =
        eval::evaluate(*tiny.classifier.model, tiny.features, {.batch_size = expected["batch_size"].get<int64_t>()});
    REQUIRE(result.has_value());
    CHECK(result->loss == doctest::Approx(expected["loss"].get<double>()).epsilon(1e-5));
    CHECK(result->num_rows == tiny.features.size());
    CHECK(result->num_batches == expected["num_batches"].get<uint64_t>());
    for (int64_t label = 0; label < 3; ++label) {
      for (int64_t predicted = 0; predicted < 3; ++predicted) {
        CHECK(result->confusion.count(label, predicted) ==
              expected["confusion_matrix"][static_cast<size_t>(label)][static_cast<size_t>(predicted)]);
      }
    }
  }
}

TEST_CASE("loss and confusion matrix do not depend on the batch size") {
  TinyRows tiny = tiny_rows("tiny-bert");
  tiny.features.labels = {2, 0, 1, 1, 0, 2, 0, 2};
  const auto whole = eval::evaluate(*tiny.classifier.model, tiny.features, {.batch_size = 8});
  for (const int64_t batch_size : {1, 3, 5, 100}) {
    const auto result = eval::evaluate(*tiny.classifier.model, tiny.features, {.batch_size = batch_size});
    CHECK(result->loss == doctest::Approx(whole->loss).epsilon(1e-6));
    CHECK(result->num_batches == static_cast<uint64_t>((8 + batch_size - 1) / batch_size));
    for (int64_t i = 0; i < 9; ++i) {
      CHECK(result->confusion.count(i / 3, i % 3) == whole->confusion.count(i / 3, i % 3));
    }
  }
}

TEST_CASE("an evaluation stops before the next batch if keep_going returns false") {
  TinyRows tiny = tiny_rows("tiny-bert");
  tiny.features.labels.assign(tiny.features.size(), 1);
  int asked = 0;
  const auto twice = [&] { return ++asked <= 2; };
  CHECK_FALSE(
      eval::evaluate(*tiny.classifier.model, tiny.features, {.batch_size = 1, .keep_going = twice}).has_value());
  CHECK(asked == 3);
  CHECK(eval::evaluate(*tiny.classifier.model, tiny.features, {.keep_going = [] { return true; }}).has_value());
}

TEST_CASE("scores are in row order for every batch size") {
  const TinyRows tiny = tiny_rows("tiny-bert");
  const auto scores_by = [&](uint64_t tokens_per_batch) {
    return eval::scores(*tiny.classifier.model, tiny.features, eval::find_score_function("softmax"), {},
                        tokens_per_batch);
  };
  const std::vector<float> one_batch = scores_by(10000);
  REQUIRE(one_batch.size() == tiny.features.size() * 3);
  for (const uint64_t tokens : {1u, 40u, 64u}) {
    const std::vector<float> others = scores_by(tokens);
    REQUIRE(others.size() == one_batch.size());
    for (size_t i = 0; i < others.size(); ++i) CHECK(others[i] == doctest::Approx(one_batch[i]).epsilon(1e-5));
  }
}

TEST_CASE("without rows there are no scores and the loss is 0") {
  const TinyRows tiny = tiny_rows("tiny-bert");
  CHECK(eval::scores(*tiny.classifier.model, {}, eval::find_score_function("softmax")).empty());
  CHECK(eval::evaluate(*tiny.classifier.model, {}, {})->loss == 0);
}

TEST_CASE("the loss includes label smoothing as in HF's Trainer") {
  // Trainer.evaluate() of transformers 5.24 with label_smoothing_factor 0.1 and 0.2, which is (1 - e) * nll + e * the
  // mean of -log p over the classes; its inputs are the fixture's rows.
  const std::tuple<const char*, double, double> expected[] = {{"tiny-bert", 0.1, 1.4654858},
                                                              {"tiny-bert", 0.2, 1.4497758},
                                                              {"tiny-distilbert", 0.1, 1.6005907},
                                                              {"tiny-distilbert", 0.2, 1.6100188}};
  for (const auto& [name, smoothing, loss] : expected) {
    CAPTURE(name);
    CAPTURE(smoothing);
    TinyRows tiny = tiny_rows(name);
    tiny.features.labels = metrics_fixture()["models"][name]["evaluation"]["labels"].get<std::vector<int64_t>>();
    const auto result = eval::evaluate(*tiny.classifier.model, tiny.features, {.loss = {.label_smoothing = smoothing}});
    CHECK(result->loss == doctest::Approx(loss).epsilon(1e-5));
  }
}

TEST_CASE("NaN logits are an error that names the row, never a prediction") {
  const TemporaryFolder folder;
  write_nan_model(folder.path());
  const eval::Classifier broken = eval::load_trained_classifier(folder.path(), {});
  TinyRows tiny = tiny_rows("tiny-bert");
  tiny.features.labels.assign(tiny.features.size(), 1);
  const auto result = eval::evaluate(*broken.model, tiny.features, {.num_worst = 5});
  CHECK(result->num_nonfinite == tiny.features.size());
  CHECK(result->confusion.total() == 0);
  CHECK(result->worst.empty());
  CHECK(std::isnan(result->loss));
  for (const auto& [name, value] : eval::metrics_of(*result)) CHECK(std::isnan(value));
  const auto row_name = [](uint64_t row) { return fmt::format("rows.csv:{}", row + 2); };
  const Error evaluated = expect_error([&] { eval::check_finite(*result, row_name); });
  CHECK(std::string(evaluated.what()) == "the model gave rows.csv:2 a score that is not a number");
  for (const std::string_view function : eval::kScoreFunctionNames) {
    const Error scored =
        expect_error([&] { eval::scores(*broken.model, tiny.features, eval::find_score_function(function)); });
    CHECK(std::string(scored.what()) == "the model gave row 0 a score that is not a number");
  }
}

namespace {

struct Cost {
  double seconds;
  int64_t kib;  // growth of the peak memory
};

int64_t peak_kib() {
  const std::string status = read_file("/proc/self/status");
  return std::stol(status.substr(status.find("VmHWM:") + 6));
}

Cost cost_of(int64_t num_labels, uint64_t num_rows) {
  const TemporaryFolder folder;
  write_many_class_model(folder.path(), num_labels);
  const eval::Classifier classifier = eval::load_trained_classifier(folder.path(), {});
  task::Features features;
  for (uint64_t row = 0; row < num_rows; ++row) {
    features.add(classifier.tokenizer.encode(row % 2 == 0 ? "a good movie" : "it was bad"));
    features.labels.push_back(static_cast<int64_t>(row * 37) % num_labels);
  }
  const int64_t before = peak_kib();
  const auto start = std::chrono::steady_clock::now();
  const auto result = eval::evaluate(*classifier.model, features, {.batch_size = 32, .num_worst = 20});
  const std::string report = eval::report_json(*result, classifier.labels).dump();
  CHECK(eval::report_text(*result, classifier.labels).size() < 10'000);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  CHECK(result->confusion.total() == num_rows);
  CHECK(report.size() < 200 * static_cast<size_t>(num_labels) + 100'000);
  return {seconds, peak_kib() - before};
}

}  // namespace

TEST_CASE("an evaluation of 200 rows with 10,000 classes takes under 2 s and 300 MB, and ten times less with 1,000") {
  cost_of(1000, 20);  // warm-up: allocations and compilation at the first use
  const Cost fewer = cost_of(1000, 200), many = cost_of(10'000, 200);
  CHECK(many.seconds < 2);
  CHECK(many.kib < 300'000);
  CHECK(many.seconds < 20 * fewer.seconds + 0.2);  // ten times if linear, doubled because the machine is noisy
}

TEST_CASE("the worst mistakes are the wrongly predicted rows in which the true label is least likely") {
  TinyRows tiny = tiny_rows("tiny-bert");
  tiny.features.labels = {2, 0, 1, 1, 0, 2, 0, 2};
  const auto scores = eval::scores(*tiny.classifier.model, tiny.features, eval::find_score_function("softmax"));
  std::vector<std::pair<double, uint64_t>> wrong;  // score of the true label, row
  for (uint64_t row = 0; row < tiny.features.size(); ++row) {
    const float* const of_row = &scores[row * 3];
    const auto label = static_cast<size_t>(tiny.features.labels[row]);
    if (std::max_element(of_row, of_row + 3) - of_row != tiny.features.labels[row])
      wrong.push_back({of_row[label], row});
  }
  std::sort(wrong.begin(), wrong.end());
  REQUIRE(wrong.size() >= 3);
  const auto all = eval::evaluate(*tiny.classifier.model, tiny.features, {.batch_size = 2, .num_worst = 100});
  REQUIRE(all->worst.size() == wrong.size());
  const auto few = eval::evaluate(*tiny.classifier.model, tiny.features, {.num_worst = 2});
  REQUIRE(few->worst.size() == 2);
  for (size_t i = 0; i < wrong.size(); ++i) {
    const eval::Mistake& mistake = all->worst[i];
    CHECK(mistake.row == wrong[i].second);
    CHECK(mistake.score == doctest::Approx(wrong[i].first).epsilon(1e-4));
    CHECK(mistake.loss == doctest::Approx(-std::log(wrong[i].first)).epsilon(1e-4));
    CHECK(mistake.label == tiny.features.labels[mistake.row]);
    CHECK(mistake.predicted != mistake.label);
    if (i < 2) CHECK(few->worst[i].row == mistake.row);
  }
  CHECK(eval::evaluate(*tiny.classifier.model, tiny.features, {})->worst.empty());
}
