#include "eval/evaluate.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <tuple>

#include "base/files.h"
#include "eval/changed_model.h"
#include "eval/tiny_rows.h"
#include "expect_error.h"
#include "metric/report_output.h"
#include "task/score_functions.h"
#include "task/text_classification.h"

namespace evaluate_test {

using namespace hone;

// The classifier's rows with these labels, as examples.
std::unique_ptr<task::Examples> labelled(const eval::TrainedModel& trained, const task::Features& features,
                                         std::vector<int64_t> labels, double label_smoothing = 0) {
  return task::make_examples({.texts = {.features = features},
                              .labels = std::move(labels),
                              .names = trained.config.labels(),
                              .loss = {.label_smoothing = label_smoothing}});
}

std::unique_ptr<task::Examples> labelled(const TinyRows& tiny, std::vector<int64_t> labels,
                                         double label_smoothing = 0) {
  return labelled(tiny.trained, tiny.features, std::move(labels), label_smoothing);
}

std::string row_name(size_t row) { return "row " + std::to_string(row); }

const Json& panel(const metric::Report& report, std::string_view name) {
  const auto found = std::ranges::find(report.panels, name, &metric::Panel::name);
  REQUIRE(found != report.panels.end());
  return found->data;
}

TEST_CASE("loss, confusion matrix and batches are those of HF's Trainer") {
  for (const std::string name : {"tiny-bert", "tiny-distilbert"}) {
    CAPTURE(name);
    const Json& expected = metrics_fixture()["models"][name]["evaluation"];
    const TinyRows tiny = tiny_rows(name);
    const auto examples = labelled(tiny, expected["labels"].get<std::vector<int64_t>>());
    const auto result =
        eval::evaluate(*tiny.trained.model, *examples, {.batch_size = expected["batch_size"].get<int64_t>()});
    REQUIRE(result.has_value());
    CHECK(result->report.loss == doctest::Approx(expected["loss"].get<double>()).epsilon(1e-5));
    CHECK(result->report.num_rows == tiny.features.size());
    CHECK(result->report.num_targets == tiny.features.size());
    CHECK(result->num_batches == expected["num_batches"].get<uint64_t>());
    CHECK(panel(result->report, "confusion_matrix")["counts"] == expected["confusion_matrix"]);
  }
}

TEST_CASE("loss and confusion matrix are those of all rows, whatever the size of the batches") {
  const TinyRows tiny = tiny_rows("tiny-bert");
  const auto examples = labelled(tiny, {2, 0, 1, 1, 0, 2, 0, 2});
  const auto whole = eval::evaluate(*tiny.trained.model, *examples, {.batch_size = 8});
  for (const int64_t batch_size : {1, 3, 5, 100}) {
    const auto result = eval::evaluate(*tiny.trained.model, *examples, {.batch_size = batch_size});
    CHECK(result->report.loss == doctest::Approx(whole->report.loss).epsilon(1e-6));
    CHECK(result->num_batches == static_cast<uint64_t>((8 + batch_size - 1) / batch_size));
    CHECK(panel(result->report, "confusion_matrix") == panel(whole->report, "confusion_matrix"));
  }
}

TEST_CASE("an evaluation stops when its callback asks for it, before any batch") {
  const TinyRows tiny = tiny_rows("tiny-bert");
  const auto examples = labelled(tiny, std::vector<int64_t>(tiny.features.size(), 1));
  int asked = 0;
  const auto twice = [&] { return ++asked <= 2; };
  CHECK_FALSE(eval::evaluate(*tiny.trained.model, *examples, {.batch_size = 1, .keep_going = twice}).has_value());
  CHECK(asked == 3);
  CHECK(eval::evaluate(*tiny.trained.model, *examples, {.keep_going = [] { return true; }}).has_value());
}

TEST_CASE("outputs are in the order of the questions for every batch size") {
  const TinyRows tiny = tiny_rows("tiny-bert");
  const auto outputs_by = [&](uint64_t tokens_per_batch) {
    return eval::outputs(tiny.trained, tiny.questions, row_name, tokens_per_batch);
  };
  const std::vector<task::Outputs> one_batch = outputs_by(10000);
  REQUIRE(one_batch.size() == tiny.questions.size());
  for (const uint64_t tokens : {1u, 40u, 64u}) {
    const std::vector<task::Outputs> others = outputs_by(tokens);
    REQUIRE(others.size() == one_batch.size());
    for (size_t i = 0; i < others.size(); ++i) {
      for (size_t k = 0; k < 3; ++k) {
        CHECK(others[i].windows[0][k] == doctest::Approx(one_batch[i].windows[0][k]).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("without questions there are no outputs, and without rows the loss is 0") {
  const TinyRows tiny = tiny_rows("tiny-bert");
  CHECK(eval::outputs(tiny.trained, {}, row_name).empty());
  CHECK(eval::evaluate(*tiny.trained.model, *labelled(tiny.trained, {}, {}), {})->report.loss == 0);
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
    const TinyRows tiny = tiny_rows(name);
    const Json& labels = metrics_fixture()["models"][name]["evaluation"]["labels"];
    const auto examples = labelled(tiny, labels.get<std::vector<int64_t>>(), smoothing);
    const auto result = eval::evaluate(*tiny.trained.model, *examples, {});
    CHECK(result->report.loss == doctest::Approx(loss).epsilon(1e-5));
  }
}

TEST_CASE("NaN logits are an error that names the row, never a prediction") {
  const TemporaryFolder folder;
  write_nan_model(folder.path());
  const eval::TrainedModel broken = eval::load_trained_model(folder.path(), {});
  const TinyRows tiny = tiny_rows("tiny-bert");
  const auto examples = labelled(broken, tiny.features, std::vector<int64_t>(tiny.features.size(), 1));
  const metric::Report report = eval::evaluate(*broken.model, *examples, {.num_worst = 5})->report;
  CHECK(report.nonfinite.count == tiny.features.size());
  CHECK(panel(report, "per_label")["averages"]["macro"]["support"] == 0);
  CHECK(panel(report, "worst").empty());
  CHECK(std::isnan(report.loss));
  for (const auto& [name, value] : report.values) CHECK(std::isnan(value));
  const Error evaluated = expect_error([&] { eval::check_finite(report, *examples); });
  CHECK(std::string(evaluated.what()) == "the model gave row 0 a score that is not a number");
  const Error computed = expect_error([&] { eval::outputs(broken, tiny.questions, row_name); });
  CHECK(std::string(computed.what()) == "the model gave row 0 a score that is not a number");
}

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
  const eval::TrainedModel trained = eval::load_trained_model(folder.path(), {});
  task::Features features;
  std::vector<int64_t> labels;
  for (uint64_t row = 0; row < num_rows; ++row) {
    features.add(trained.tokenizer.encode(row % 2 == 0 ? "a good movie" : "it was bad"));
    labels.push_back(static_cast<int64_t>(row * 37) % num_labels);
  }
  const auto examples = labelled(trained, features, std::move(labels));
  const int64_t before = peak_kib();
  const auto start = std::chrono::steady_clock::now();
  const auto result = eval::evaluate(*trained.model, *examples, {.batch_size = 32, .num_worst = 20});
  const std::string report = metric::report_json(result->report).dump();
  CHECK(metric::report_text(result->report).size() < 10'000);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  CHECK(panel(result->report, "per_label")["averages"]["macro"]["support"] == num_rows);
  CHECK(report.size() < 200 * static_cast<size_t>(num_labels) + 100'000);
  return {seconds, peak_kib() - before};
}

TEST_CASE("an evaluation of 200 rows with 10,000 classes takes under 2 s and 300 MB, and ten times less with 1,000") {
  cost_of(1000, 20);  // warm-up: allocations and compilation at the first use
  Cost fewer = cost_of(1000, 200), many = cost_of(10'000, 200);
  for (int again = 0; again < 3; ++again) {  // other programs may slow down single runs
    fewer.seconds = std::min(fewer.seconds, cost_of(1000, 200).seconds);
    many.seconds = std::min(many.seconds, cost_of(10'000, 200).seconds);
  }
  CHECK(many.seconds < 2);
  CHECK(many.kib < 300'000);
  CHECK(many.seconds < 20 * fewer.seconds + 0.2);  // ten times if linear, doubled because the machine is noisy
}

TEST_CASE("the worst mistakes are the wrongly predicted rows in which the true label is least likely") {
  const TinyRows tiny = tiny_rows("tiny-bert");
  const std::vector<int64_t> labels = {2, 0, 1, 1, 0, 2, 0, 2};
  const auto examples = labelled(tiny, labels);
  const std::vector<task::Outputs> outputs = eval::outputs(tiny.trained, tiny.questions, row_name);
  std::vector<std::pair<double, uint64_t>> wrong;  // score of the true label, row
  for (uint64_t row = 0; row < tiny.features.size(); ++row) {
    std::vector<float> of_row = outputs[row].windows[0];
    task::apply_score_function(task::find_score_function("softmax"), of_row, 3);
    if (std::ranges::max_element(of_row) - of_row.begin() != labels[row])
      wrong.push_back({of_row[static_cast<size_t>(labels[row])], row});
  }
  std::sort(wrong.begin(), wrong.end());
  REQUIRE(wrong.size() >= 3);
  const auto worst_of = [&](const eval::EvaluateOptions& options) {
    return panel(eval::evaluate(*tiny.trained.model, *examples, options)->report, "worst");
  };
  const Json all = worst_of({.batch_size = 2, .num_worst = 100}), few = worst_of({.num_worst = 2});
  REQUIRE(all.size() == wrong.size());
  REQUIRE(few.size() == 2);
  for (size_t i = 0; i < wrong.size(); ++i) {
    CHECK(all[i]["row"] == wrong[i].second);
    CHECK(all[i]["score"].get<double>() == doctest::Approx(wrong[i].first).epsilon(1e-4));
    CHECK(all[i]["loss"].get<double>() == doctest::Approx(-std::log(wrong[i].first)).epsilon(1e-4));
    CHECK(all[i]["label"] == tiny.labels()[static_cast<size_t>(labels[wrong[i].second])]);
    CHECK(all[i]["predicted"] != all[i]["label"]);
    if (i < 2) CHECK(few[i]["row"] == wrong[i].second);
  }
  const metric::Report without = eval::evaluate(*tiny.trained.model, *examples, {})->report;
  CHECK(std::ranges::find(without.panels, "worst", &metric::Panel::name) == without.panels.end());
}

}  // namespace evaluate_test
