#include "train/measure.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <string>

#include "base/progress.h"
#include "tensor/allocator.h"
#include "train/step_rows.h"
#include "train/stepper.h"

namespace hone::train {

namespace {

constexpr size_t kStrata = 4;         // the steps of an epoch, by tokens; one step of each is measured
constexpr int kMaxRounds = 5;         // in which other steps of the strata are measured
constexpr double kEnoughSeconds = 3;  // of measured steps, to even out the noise of short ones
constexpr uint64_t kEvaluatedBatches = 6;
constexpr uint64_t kMaxPlannedSteps = 20000;  // of an epoch whose tokens are looked at

// A step of an epoch.
struct SizedStep {
  int64_t step = 0;
  uint64_t tokens = 0, largest_batch = 0;  // largest_batch: tokens of its largest micro-batch
};

class StepMeasurer {
 public:
  StepMeasurer(const Prepared& prepared, const Plan& plan, const MeasureLimits& limits)
      : prepared_(prepared),
        plan_(plan),
        limits_(limits),
        examples_(*prepared.train),
        inputs_{.model = prepared.loaded.model, .train = prepared.train.get()},
        source_(plan, examples_),
        stepper_(inputs_, plan.step_plan),
        progress_("measuring", "step", 0) {}

  MeasuredSteps measure() {
    sort_rows();
    measure_memory();
    measure_typical();
    measure_longest();
    measure_evaluation();  // it packs the weights, which stay for the next steps
    result_.peak_bytes = std::max(result_.peak_bytes, peak_memory());
    return result_;
  }

 private:
  double run(StepRows rows) {
    const double start = limits_.clock();
    stepper_.step(std::move(rows), state_);
    stepper_.settle(state_);
    ++result_.num_steps;
    progress_.advance();
    return limits_.clock() - start;
  }

  // Returns one micro-batch of the longest rows.
  StepRows longest_rows(size_t num_rows) const {
    StepRows rows;
    rows.num_rows = std::min(num_rows, by_length_.size());
    rows.micro_batches.emplace_back(by_length_.begin(),
                                    by_length_.begin() + static_cast<std::ptrdiff_t>(rows.num_rows));
    for (const uint64_t row : rows.micro_batches.front()) rows.num_tokens += examples_.length(row);
    return rows;
  }

  void sort_rows() {
    by_length_.resize(examples_.size());
    std::iota(by_length_.begin(), by_length_.end(), 0);
    std::ranges::sort(by_length_, std::greater<>(), [&](uint64_t row) { return examples_.length(row); });
    result_.longest_row = examples_.length(by_length_.front());
  }

  // Runs small batches of the longest rows, from which the memory of larger ones follows. The first step also makes the
  // state of the optimizer.
  void measure_memory() {
    tensor::release_cached_memory();  // of what the process did before
    malloc_trim(0);
    run(longest_rows(1));
    restart_peak();
    const StepRows one = longest_rows(1);
    const StepRows more = longest_rows(static_cast<size_t>(std::clamp<int64_t>(plan_.batch_size / 4, 2, 4)));
    run(one);
    const uint64_t peak_of_one = peak_memory();
    seconds_per_token_ = run(more) / static_cast<double>(std::max<uint64_t>(1, more.num_tokens));
    const uint64_t peak_of_more = peak_memory();
    result_.peak_bytes = peak_of_more;
    if (more.num_tokens > one.num_tokens && peak_of_more > peak_of_one) {
      result_.bytes_per_token =
          static_cast<double>(peak_of_more - peak_of_one) / static_cast<double>(more.num_tokens - one.num_tokens);
    }
    set_fixed(peak_of_more, more.num_tokens);
  }

  void set_fixed(uint64_t peak, uint64_t tokens) {
    const auto of_tokens = static_cast<uint64_t>(result_.bytes_per_token * static_cast<double>(tokens));
    result_.fixed_bytes = peak - std::min(peak, of_tokens);
  }

  // Returns the peak of a micro-batch of so many tokens, as measure_memory() tells.
  uint64_t expected_peak(uint64_t tokens) const {
    return result_.fixed_bytes + static_cast<uint64_t>(result_.bytes_per_token * static_cast<double>(tokens));
  }

  bool fits(uint64_t tokens) const {
    return limits_.memory_bytes == 0 || expected_peak(tokens) <= limits_.memory_bytes;
  }

  uint64_t largest_batch(const StepRows& rows) const {
    uint64_t largest = 0;
    for (const std::vector<uint64_t>& batch : rows.micro_batches) {
      uint64_t tokens = 0;
      for (const uint64_t row : batch) tokens += examples_.length(row);
      largest = std::max(largest, tokens);
    }
    return largest;
  }

  std::vector<SizedStep> steps_of_epoch() {
    std::vector<SizedStep> steps;
    const auto num_steps = static_cast<uint64_t>(plan_.steps_per_epoch);
    const uint64_t stride = std::max<uint64_t>(1, num_steps / kMaxPlannedSteps);
    for (uint64_t step = 0; step < num_steps; step += stride) {
      const auto number = static_cast<int64_t>(step);
      const StepRows rows = source_.rows_of_step(number);
      steps.push_back({number, rows.num_tokens, largest_batch(rows)});
    }
    std::ranges::sort(steps, {}, &SizedStep::tokens);
    return steps;
  }

  // Steps of the run itself that fit into the memory: from each stratum, one after the other from its middle outwards.
  void measure_typical() {
    const std::vector<SizedStep> all_steps = steps_of_epoch();
    std::vector<SizedStep> steps = all_steps;
    std::erase_if(steps, [&](const SizedStep& step) { return !fits(step.largest_batch); });
    if (steps.empty()) return extrapolate_typical(all_steps);
    const size_t strata = std::min(kStrata, steps.size());
    run(source_.rows_of_step(steps[steps.size() / 2].step));  // prepares the code for such shapes
    double seconds = 0, tokens = 0;
    const double start = limits_.clock();
    for (int round = 0; round < kMaxRounds; ++round) {
      for (size_t i = 0; i < strata; ++i) {
        if (tokens > 0 && limits_.clock() - start > limits_.seconds) break;
        const size_t first = steps.size() * i / strata, last = steps.size() * (i + 1) / strata;
        const size_t place = first + (last - first) * static_cast<size_t>(2 * ((round * 3 + 2) % 5) + 1) / 10;
        const SizedStep& step = steps[std::min(place, last - 1)];
        seconds += run(source_.rows_of_step(step.step));
        tokens += static_cast<double>(step.tokens);
        ++num_typical_;
      }
      const double spent = limits_.clock() - start;
      if (spent > kEnoughSeconds || spent > limits_.seconds) break;
    }
    summarize(all_steps, seconds, tokens);
  }

  // The small batch of measure_memory() stands for all steps, because none of them fits.
  void extrapolate_typical(const std::vector<SizedStep>& steps) {
    double tokens = 0;
    for (const SizedStep& step : steps) tokens += static_cast<double>(step.tokens);
    tokens /= static_cast<double>(steps.size());
    num_typical_ = 1;
    summarize(steps, seconds_per_token_ * tokens, tokens);
  }

  // The steps that were run stand for all steps in proportion to their tokens.
  void summarize(const std::vector<SizedStep>& steps, double seconds, double tokens) {
    double all_tokens = 0;
    for (const SizedStep& step : steps) all_tokens += static_cast<double>(step.tokens);
    all_tokens *= static_cast<double>(plan_.steps_per_epoch) / static_cast<double>(steps.size());
    result_.epoch_seconds = seconds * all_tokens / std::max(1.0, tokens);
    result_.typical_seconds = seconds / static_cast<double>(num_typical_);
    result_.typical_tokens = static_cast<uint64_t>(tokens / static_cast<double>(num_typical_));
  }

  void measure_longest() {
    StepRows rows = longest_rows(static_cast<size_t>(plan_.batch_size));
    result_.longest_tokens = rows.num_tokens;
    if (!fits(rows.num_tokens)) {
      result_.is_extrapolated = true;
      result_.peak_bytes = std::max(result_.peak_bytes, expected_peak(rows.num_tokens));
      return;
    }
    result_.longest_seconds = run(std::move(rows));
    result_.peak_bytes = std::max(result_.peak_bytes, peak_memory());
    set_fixed(result_.peak_bytes, result_.longest_tokens);
  }

  void measure_evaluation() {
    if (!prepared_.evaluation) return;
    const task::Examples& examples = *prepared_.evaluation;
    const auto batch_size = static_cast<uint64_t>(plan_.eval_batch_size);
    const uint64_t wanted = std::min(examples.size(), kEvaluatedBatches * batch_size);
    std::vector<uint64_t> rows;
    for (uint64_t i = 0; i < wanted; ++i) rows.push_back(i * examples.size() / wanted);
    std::ranges::sort(rows, {}, [&](uint64_t row) { return examples.length(row); });
    double tokens = 0;
    for (const uint64_t row : rows) tokens += static_cast<double>(examples.length(row));
    const auto evaluation = examples.evaluation({});
    const double start = limits_.clock();
    for (size_t begin = 0; begin < rows.size(); begin += batch_size) {
      const size_t count = std::min<size_t>(batch_size, rows.size() - begin);
      evaluation->add(*prepared_.loaded.model, std::span(rows).subspan(begin, count));
    }
    const double seconds_per_token = (limits_.clock() - start) / std::max(1.0, tokens);
    result_.evaluation_seconds = seconds_per_token * static_cast<double>(examples.num_tokens());
    if (prepared_.test) result_.test_seconds = seconds_per_token * static_cast<double>(prepared_.test->num_tokens());
  }

  const Prepared& prepared_;
  const Plan& plan_;
  const MeasureLimits& limits_;
  const task::Examples& examples_;
  TrainerInputs inputs_;
  StepRowSource source_;
  Stepper stepper_;
  RunState state_;
  Progress progress_;
  std::vector<uint64_t> by_length_;  // row numbers, the longest row first
  size_t num_typical_ = 0;
  double seconds_per_token_ = 0;  // of the small batch of measure_memory()
  MeasuredSteps result_;
};

}  // namespace

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

MeasuredSteps measure_steps(const Prepared& prepared, const Plan& plan, const MeasureLimits& limits) {
  return StepMeasurer(prepared, plan, limits).measure();
}

uint64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  constexpr std::string_view kKey = "VmHWM:";
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kKey)) return std::strtoull(line.c_str() + kKey.size(), nullptr, 10) * 1024;
  }
  return 0;
}

// Documented in proc(5): 5 resets the peak.
void restart_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace hone::train
