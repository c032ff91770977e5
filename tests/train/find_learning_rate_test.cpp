#include "train/find_learning_rate.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "base/files.h"
#include "base/quiet_log.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "train/run.h"
#include "train/train_fixture.h"

namespace find_learning_rate_test {

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

TrainOptions range_options(const TemporaryFolder& folder) {
  TrainOptions options = quiet_options(folder.path() / "out");
  options.train_file = {folder.write("train.csv", three_label_rows(42)).string()};
  options.max_seq_length = 24;
  options.range_test.find_lr = true;
  options.range_test.find_lr_steps = 30;
  return options;
}

RangeTest tested(const TrainOptions& options) {
  const QuietLog quiet;
  const std::optional<RangeTest> test = find_learning_rate(options);
  REQUIRE(test);
  return *test;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

TEST_CASE("the rate rises exponentially from the first to the last step, and only the curve is written") {
  const TemporaryFolder folder;
  TrainOptions options = range_options(folder);
  options.range_test.find_lr_min = 1e-6;
  options.range_test.find_lr_max = 1e-3;
  const RangeTest test = tested(options);
  CHECK(test.end == RangeTestEnd::kAllSteps);
  REQUIRE(test.points.size() == 30);
  for (size_t i = 0; i < test.points.size(); ++i) {
    const double expected = 1e-6 * std::pow(1000, static_cast<double>(i) / 29);
    CHECK(test.points[i].learning_rate == doctest::Approx(expected).epsilon(1e-12));
  }
  CHECK(test.points.back().loss < test.points.front().loss);
  CHECK(names_in(options.output_dir) == std::vector<std::string>{"learning_rates.html", "learning_rates.jsonl"});
  CHECK(read_file(options.output_dir / kRangePointsFile) == range_test_lines(test));
  CHECK(contains(read_file(options.output_dir / kRangePageFile), "\"planned_steps\":30"));
}

TEST_CASE("a rate that is too high ends the test, without an error") {
  const TemporaryFolder folder;
  TrainOptions options = range_options(folder);
  options.optim = "sgd";
  options.max_grad_norm = 0;
  options.range_test.find_lr_min = 1e-3;
  options.range_test.find_lr_max = 1e9;
  options.range_test.find_lr_steps = 60;
  const RangeTest test = tested(options);
  CHECK(test.end != RangeTestEnd::kAllSteps);
  CHECK(test.points.size() < 60);
  for (const RatePoint& point : test.points) CHECK(std::isfinite(point.smoothed));
}

// The second loss shows what the first step did, so it must be that of a training with the first rate.
TEST_CASE("the steps are those of the run: its rows, dropout, optimizer, groups and frozen parts") {
  const TemporaryFolder folder;
  TrainOptions options = range_options(folder);
  options.range_test.find_lr_min = 1e-3;
  options.range_test.find_lr_max = 2e-3;
  const std::pair<const char*, std::function<void()>> cases[] = {
      {"plain", [] {}},
      {"optimizer and accumulation",
       [&] {
         options.optim = "muon";
         options.gradient_accumulation_steps = 2;
       }},
      {"shares of the rate",
       [&] {
         options.layerwise_lr_decay = 0.5;
         options.learning_rate = 1e-4;  // the head's rate is ten times as high
         options.head_learning_rate = 1e-3;
       }},
      {"frozen parts", [&] { options.freeze = {"embeddings+1"}; }},
      {"adapters",
       [&] {
         options.freeze.clear();
         options.adapter.peft = "lora";
       }},
  };
  for (const auto& [name, change] : cases) {
    INFO(std::string(name));
    change();
    const RangeTest test = tested(options);
    TrainOptions training = options;
    training.range_test = {};
    training.lr_scheduler_type = "constant";
    training.learning_rate = 1e-3;
    if (options.head_learning_rate) training.head_learning_rate = 1e-2;
    training.max_steps = 2;
    training.logging_steps = 1;
    training.output_dir = folder.path() / "trained";
    training.overwrite_output_dir = true;
    training.json_log = folder.path() / "log.jsonl";
    {
      const QuietLog quiet;
      CHECK(run_training(training) == RunEnd::kFinished);
    }
    const std::string log = read_file(training.json_log);
    for (const size_t step : {0, 1}) CHECK(contains(log, fmt::format("\"loss\":{},", test.points[step].loss)));
    CHECK(test.points[0].loss != test.points[1].loss);
  }
}

TEST_CASE("a finished run in the folder stays as it is") {
  const TemporaryFolder folder;
  TrainOptions options = range_options(folder);
  options.max_steps = 1;
  {
    const QuietLog quiet;
    run_training(options);
  }
  const std::string weights = read_file(options.output_dir / "model.safetensors");
  std::vector<std::string> names = names_in(options.output_dir);
  tested(options);
  CHECK(read_file(options.output_dir / "model.safetensors") == weights);
  for (const char* file : {kRangePageFile, kRangePointsFile}) names.emplace_back(file);
  std::ranges::sort(names);
  CHECK(names_in(options.output_dir) == names);
}

TEST_CASE("a training in the folder of a range test keeps the curve") {
  const TemporaryFolder folder;
  TrainOptions options = range_options(folder);
  tested(options);
  options.max_steps = 1;
  const QuietLog quiet;
  CHECK(run_training(options) == RunEnd::kFinished);
  CHECK(fs::exists(options.output_dir / kRangePageFile));
}

TEST_CASE("ranges that do not rise, runs to resume and files in place of the folder are errors before any work") {
  const TemporaryFolder folder;
  const auto error_of = [&](const std::function<void(TrainOptions&)>& change) {
    TrainOptions options = range_options(folder);
    options.train_file = {"/nonexistent.csv"};
    change(options);
    const Error error = expect_error([&] { find_learning_rate(options); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK_FALSE(fs::exists(folder.path() / "out"));
    return std::string(error.what());
  };
  CHECK(contains(error_of([](TrainOptions& options) { options.range_test.find_lr_min = 1; }),
                 "find_lr_min (1) is not below find_lr_max (1)"));
  CHECK(contains(error_of([](TrainOptions& options) { options.resume_from_checkpoint = "true"; }),
                 "find_lr and resume_from_checkpoint are both given"));
  CHECK(contains(error_of([&](TrainOptions& options) { options.output_dir = folder.write("file", ""); }),
                 "is not a folder"));
  CHECK(contains(error_of([](TrainOptions& options) { options.optim = "adamww"; }), "adamww"));
}

}  // namespace find_learning_rate_test
