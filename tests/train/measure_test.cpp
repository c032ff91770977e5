#include "train/measure.h"

#include <doctest/doctest.h>

#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <numeric>

#include "temporary_folder.h"
#include "train/step_rows.h"
#include "train/stepper.h"
#include "train/train_fixture.h"

namespace measure_test {

using namespace hone;
using namespace hone::train;

// Options with `count` rows of which the last has 30 words; tiny-bert takes 40 tokens.
TrainOptions options_of(const TemporaryFolder& folder, int count) {
  std::string rows = three_label_rows(count - 1) + "\"";
  for (int word = 0; word < 30; ++word) rows += "film ";
  rows += "\",NEUTRAL\n";
  TrainOptions options;
  options.model_name_or_path = fixture_models() / "tiny-bert";
  options.train_file = {folder.write("train.csv", rows).string()};
  options.validation_file = {folder.write("validation.csv", three_label_rows(50)).string()};
  options.eval_strategy = "epoch";
  options.compute = {.num_threads = 1, .device = "cpu", .precision = "fp32"};
  return options;
}

uint64_t tokens_of(const task::Examples& examples) {
  uint64_t tokens = 0;
  for (uint64_t row = 0; row < examples.size(); ++row) tokens += examples.length(row);
  return tokens;
}

MeasuredSteps measured(const TrainOptions& options, const MeasureLimits& limits) {
  const Prepared prepared = prepare(options);
  const Plan plan = make_plan(options, static_cast<int64_t>(prepared.train->size()), prepared.task->metrics());
  return measure_steps(prepared, plan, limits);
}

TEST_CASE("the longest batch has the longest rows, and typical ones stand for all tokens of an epoch") {
  const TemporaryFolder folder;
  const TrainOptions options = options_of(folder, 64);
  const Prepared prepared = prepare(options);
  std::vector<uint64_t> lengths;
  for (uint64_t row = 0; row < prepared.train->size(); ++row) lengths.push_back(prepared.train->length(row));
  std::ranges::sort(lengths, std::greater<>());
  const MeasuredSteps steps = measured(options, {.seconds = 1});
  CHECK(steps.longest_row == lengths[0]);
  CHECK(steps.longest_row == 32);  // with [CLS] and [SEP]
  CHECK(steps.longest_tokens == std::accumulate(lengths.begin(), lengths.begin() + 8, uint64_t{0}));
  CHECK_FALSE(steps.is_extrapolated);
  CHECK(steps.longest_seconds > 0);
  CHECK(steps.evaluation_seconds > 0);
  CHECK(steps.num_steps >= 9);  // 3 for memory, 1 for warming up, 4 typical ones, the longest
  const double shares = static_cast<double>(tokens_of(*prepared.train)) / static_cast<double>(steps.typical_tokens);
  CHECK(steps.epoch_seconds == doctest::Approx(steps.typical_seconds * shares).epsilon(0.02));
}

// Returns the processor time of the process, which other programs hardly change.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

TEST_CASE("the time of an epoch is that of a real one") {
  tensor::set_num_threads(1);
  const TemporaryFolder folder;
  const TrainOptions options = options_of(folder, 1600);
  const MeasuredSteps steps = measured(options, {.seconds = 5, .clock = processor_seconds});
  const Prepared prepared = prepare(options);
  const Plan plan = make_plan(options, static_cast<int64_t>(prepared.train->size()), prepared.task->metrics());
  const TrainerInputs inputs{.model = prepared.loaded.model, .train = prepared.train.get()};
  Stepper stepper(inputs, plan.step_plan);
  StepRowSource source(plan, *prepared.train);
  RunState state;
  const double start = processor_seconds();
  for (int64_t step = 0; step < plan.steps_per_epoch; ++step) stepper.step(source.rows_of_step(step), state);
  const double real = processor_seconds() - start;
  tensor::set_num_threads(0);
  CAPTURE(real);
  CAPTURE(steps.epoch_seconds);
  CHECK(steps.epoch_seconds > real / 1.5);
  CHECK(steps.epoch_seconds < real * 1.5);
}

TEST_CASE("batches that need more than the limit are not run: their time and memory follow from smaller ones") {
  const TemporaryFolder folder;
  TrainOptions options = options_of(folder, 64);
  const MeasuredSteps steps = measured(options, {.seconds = 0, .memory_bytes = 1});
  CHECK(steps.is_extrapolated);
  CHECK(steps.longest_seconds == 0);
  CHECK(steps.num_steps == 3);  // those for memory, of few rows
  const Prepared prepared = prepare(options);
  CHECK(steps.typical_tokens == tokens_of(*prepared.train) / 8);  // 64 rows in steps of 8
  CHECK(steps.epoch_seconds == doctest::Approx(8 * steps.typical_seconds).epsilon(0.01));
  CHECK(steps.epoch_seconds > 0);
  const double follows =
      static_cast<double>(steps.fixed_bytes) + steps.bytes_per_token * static_cast<double>(steps.longest_tokens);
  CHECK(static_cast<double>(steps.peak_bytes) >= 0.99 * follows);
  CHECK(steps.peak_bytes > 10'000'000);
}

TEST_CASE("a limit above the longest batch changes nothing, and without time one typical step is run") {
  const TemporaryFolder folder;
  const TrainOptions options = options_of(folder, 64);
  const MeasuredSteps steps = measured(options, {.seconds = 0, .memory_bytes = UINT64_MAX});
  CHECK_FALSE(steps.is_extrapolated);
  CHECK(steps.num_steps == 6);  // 3 for memory, 1 for warming up, the typical one and the longest
}

TEST_CASE("the peak of the process counts what is freed again, and restarts") {
  constexpr size_t kBytes = size_t{300} << 20;
  const uint64_t before = peak_memory();
  REQUIRE(before > 0);
  {
    const std::unique_ptr<char[]> block(new char[kBytes]);
    std::memset(block.get(), 1, kBytes);
  }
  const uint64_t with_block = peak_memory();
  CHECK(with_block > kBytes);
  restart_peak();
  CHECK(peak_memory() < with_block - kBytes / 2);
}

}  // namespace measure_test
