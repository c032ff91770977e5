// The margins of training rows: those of transformers' outputs, and how they add up over epochs and sessions.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

#include "expect_error.h"
#include "task/row_margins.h"
#include "temporary_folder.h"
#include "train/run.h"
#include "train/train_fixture.h"

namespace margins_test {

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

// The texts of metrics.json with transformers' probabilities: the difference of two outputs is that of the logarithms
// of their probabilities.
TEST_CASE("without dropout and with a rate of 0 the margins of the rows are those of transformers") {
  const TemporaryFolder folder;
  const Json expected = read_json(fs::path(HONE_SOURCE_DIR) / "tests/fixtures/metrics.json")["models"]["tiny-bert"];
  std::string rows;
  std::vector<double> expected_margins;
  constexpr const char* kLabels[] = {"NEGATIVE", "NEUTRAL", "POSITIVE"};
  for (size_t row = 0; row < expected["texts"].size(); ++row) {
    if (expected["texts"][row] == "") continue;  // would be skipped
    const std::string label = kLabels[row % 3];
    rows += Json({{"text", expected["texts"][row]}, {"label", label}}).dump() + "\n";
    double largest = 0;
    for (const char* other : kLabels) {
      if (other != label) largest = std::max(largest, expected["scores"][row][other].get<double>());
    }
    expected_margins.push_back(std::log(expected["scores"][row][label].get<double>()) - std::log(largest));
  }
  TrainOptions options = quiet_options(folder.path() / "out");
  options.train_file = {folder.write("rows.jsonl", rows).string()};
  options.config_overrides = {"hidden_dropout_prob=0", "attention_probs_dropout_prob=0"};
  options.learning_rate = 0;
  options.max_seq_length = 40;
  options.num_train_epochs = 2;
  task::RowMargins margins;
  CHECK(run_training(options, {}, {.margins = &margins}) == RunEnd::kFinished);
  REQUIRE(margins.sums.size() == expected_margins.size());
  for (size_t row = 0; row < expected_margins.size(); ++row) {
    CHECK(margins.counts[row] == 2);
    CHECK(margins.sums[row] / 2 == doctest::Approx(expected_margins[row]).epsilon(1e-4));
  }
}

TEST_CASE("the margins of an epoch are those before its steps, and a resumed run adds to them") {
  const TemporaryFolder folder;
  TrainOptions options = quiet_options(folder.path() / "one");
  options.train_file = {folder.write("train.csv", three_label_rows(20, true)).string()};
  options.config_overrides = {"hidden_dropout_prob=0", "attention_probs_dropout_prob=0"};
  options.per_device_train_batch_size = 32;  // one step an epoch
  options.lr_scheduler_type = "constant";
  task::RowMargins first, both, resumed;
  options.max_steps = 1;
  run_training(options, {}, {.margins = &first});
  TrainOptions again = options;
  again.output_dir = folder.path() / "two";
  again.max_steps = 2;
  run_training(again, {}, {.margins = &both});
  TrainOptions stopped = again;
  stopped.output_dir = folder.path() / "stopped";
  stopped.stop_after_steps = 1;
  run_training(stopped, {}, {.margins = &resumed});
  CHECK(resumed.sums == first.sums);
  stopped.stop_after_steps = 0;
  stopped.resume_from_checkpoint = "true";
  run_training(stopped, {}, {.margins = &resumed});
  CHECK(resumed.sums == both.sums);
  CHECK(both.counts == std::vector<uint64_t>(20, 2));
  // The second epoch's margins are those of the model after the first step.
  TrainOptions after = options;
  after.model_name_or_path = options.output_dir;
  after.output_dir = folder.path() / "after";
  after.learning_rate = 0;
  task::RowMargins second;
  run_training(after, {}, {.margins = &second});
  for (size_t row = 0; row < 20; ++row) {
    CHECK(both.sums[row] == doctest::Approx(first.sums[row] + second.sums[row]).epsilon(1e-5));
  }
}

}  // namespace margins_test
