#include "eval/evaluate.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "eval/tiny_rows.h"

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

TEST_CASE("loss and confusion matrix are those of all rows, whatever the size of the batches") {
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

TEST_CASE("an evaluation stops where it is told to, and asks before each batch") {
  TinyRows tiny = tiny_rows("tiny-bert");
  tiny.features.labels.assign(tiny.features.size(), 1);
  int asked = 0;
  const auto twice = [&] { return ++asked <= 2; };
  CHECK_FALSE(
      eval::evaluate(*tiny.classifier.model, tiny.features, {.batch_size = 1, .keep_going = twice}).has_value());
  CHECK(asked == 3);
  CHECK(eval::evaluate(*tiny.classifier.model, tiny.features, {.keep_going = [] { return true; }}).has_value());
}

TEST_CASE("probabilities come out in row order, however the batches are cut, and every row is reported") {
  const TinyRows tiny = tiny_rows("tiny-bert");
  const auto probabilities_by = [&](uint64_t tokens_per_batch, size_t least_calls) {
    uint64_t rows = 0;
    size_t calls = 0;
    const auto result = eval::probabilities(*tiny.classifier.model, tiny.features, tokens_per_batch, [&](uint64_t n) {
      rows += n;
      ++calls;
    });
    CHECK(rows == tiny.features.size());
    CHECK(calls >= least_calls);
    return result;
  };
  const std::vector<float> one_batch = probabilities_by(10000, 1);
  for (const auto& [tokens, calls] : std::vector<std::pair<uint64_t, size_t>>{{1, 8}, {40, 2}, {64, 2}}) {
    const std::vector<float> others = probabilities_by(tokens, calls);
    REQUIRE(others.size() == one_batch.size());
    for (size_t i = 0; i < others.size(); ++i) CHECK(others[i] == doctest::Approx(one_batch[i]).epsilon(1e-5));
  }
}

TEST_CASE("no rows have no probabilities and the loss 0") {
  const TinyRows tiny = tiny_rows("tiny-bert");
  CHECK(eval::probabilities(*tiny.classifier.model, {}, 64, [](uint64_t) {}).empty());
  CHECK(eval::evaluate(*tiny.classifier.model, {}, {})->loss == 0);
}

TEST_CASE("the worst mistakes are the wrongly predicted rows in which the true label is least likely") {
  TinyRows tiny = tiny_rows("tiny-bert");
  tiny.features.labels = {2, 0, 1, 1, 0, 2, 0, 2};
  const auto scores = eval::probabilities(*tiny.classifier.model, tiny.features, 64, [](uint64_t) {});
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
