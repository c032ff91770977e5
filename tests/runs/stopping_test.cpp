// A run that is stopped at any point, in any way, and resumed is bit-identical to a run that was never stopped. The
// points are random in each execution; HONE_TEST_SEED=N repeats those of a failure.
#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace stopping_test {

using namespace hone;

namespace fs = std::filesystem;

constexpr int kSteps = 60;

unsigned draw_seed() {
  const char* given = std::getenv("HONE_TEST_SEED");
  return given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device()();
}

// Sixty steps of two micro-batches with dropout, evaluations in the middle of epochs, and old checkpoints removed.
std::vector<std::string> arguments(const TemporaryFolder& folder) {
  const fs::path rows = folder.path() / "rows.csv";
  if (!fs::exists(rows)) folder.write("rows.csv", reviews(300));
  return train_arguments(
      tiny_model(), folder.path() / "out",
      {"--dataset", rows.string(), "--validation-split=0.1", "--max-steps=60", "--save-steps=7",
       "--per-device-train-batch-size=16", "--gradient-accumulation-steps=2", "--logging-steps=1",
       "--eval-strategy=steps", "--eval-steps=5", "--save-total-limit=2", "--max-seq-length=40", "--learning-rate=1e-3",
       "--json-log", (folder.path() / "log.jsonl").string(), "--resume-from-checkpoint=true"});
}

struct Outcome {
  std::string weights, optimizer, log, state;
};

std::string without_times(std::vector<Json> entries) {
  std::string text;
  for (Json& entry : entries) {
    std::vector<std::string> times;
    for (const auto& [key, value] : entry.items()) {
      if (key.ends_with("_runtime") || key.ends_with("_per_second")) times.push_back(key);
    }
    for (const std::string& key : times) entry.erase(key);
    text += entry.dump() + "\n";
  }
  return text;
}

Outcome outcome(const TemporaryFolder& folder) {
  const fs::path out = folder.path() / "out";
  const Json state = read_json(out / "trainer_state.json");
  return {read_file(out / "model.safetensors"), read_file(out / "checkpoint-60" / "optimizer.safetensors"),
          without_times(json_lines(read_file(folder.path() / "log.jsonl"))),
          without_times(state["log_history"].get<std::vector<Json>>())};
}

// Returns the outcome of the run that is never stopped; computes it once.
const Outcome& expected() {
  static const Outcome made = [] {
    const TemporaryFolder folder;
    const ProcessResult result = run_hone(arguments(folder));
    REQUIRE_MESSAGE(result.exit_code == 0, result.error);
    return outcome(folder);
  }();
  return made;
}

void check_same(const TemporaryFolder& folder) {
  const Outcome got = outcome(folder);
  const bool same_weights = got.weights == expected().weights, same_optimizer = got.optimizer == expected().optimizer;
  CHECK(same_weights);
  CHECK(same_optimizer);
  CHECK(got.log == expected().log);
  CHECK(got.state == expected().state);
  CHECK(json_lines(got.log).size() == kSteps + 12 + 1);  // training, evaluations, summary
  for (const auto& entry : fs::directory_iterator(folder.path() / "out")) {
    const std::string name = entry.path().filename().string();
    CHECK_MESSAGE(!contains(name, "hone-tmp"), name);
  }
}

int newest_checkpoint(const TemporaryFolder& folder) {
  int newest = 0;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder.path() / "out", none)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("checkpoint-") && !contains(name, "tmp"))
      newest = std::max(newest, std::stoi(name.substr(11)));
  }
  return newest;
}

bool at_step(const Process& process, int step) {
  return contains(process.output_so_far(), "step " + std::to_string(step) + "/60 ");
}

// Starts the run, waits until the log reaches `step`, then for `microseconds`, sends the signal, and waits for the end.
ProcessResult stopped_at(const TemporaryFolder& folder, int step, int signal_number, int microseconds) {
  Process process(HONE_PROGRAM, arguments(folder));
  process.wait_until([&] { return at_step(process, step); });
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
  process.send(signal_number);
  return process.wait();
}

// Stops the run at random points, with the signals in turn, until it completes; returns the number of stops.
int stop_again_and_again(const TemporaryFolder& folder, unsigned seed, const std::vector<int>& signal_numbers) {
  std::mt19937 generator(seed);
  const auto draw = [&](unsigned below) { return static_cast<int>(generator() % below); };
  int stops = 0;
  for (int attempt = 0; attempt < 12; ++attempt) {
    const int signal_number = signal_numbers[static_cast<size_t>(attempt) % signal_numbers.size()];
    const int step = std::min(kSteps, newest_checkpoint(folder) + 1 + draw(20));
    const ProcessResult result = stopped_at(folder, step, signal_number, draw(15'000));
    if (result.exit_code == 0) return stops;
    CAPTURE(result.error);
    REQUIRE(result.exit_code == 128 + signal_number);
    ++stops;
    if (stops > 1) CHECK((contains(result.error, "resumed ") || contains(result.error, "starting anew")));
  }
  const ProcessResult last = run_hone(arguments(folder));
  REQUIRE_MESSAGE(last.exit_code == 0, last.error);
  return stops;
}

TEST_CASE("a run that is killed at random points is bit-identical to one that is never killed") {
  const unsigned seed = draw_seed();
  INFO("HONE_TEST_SEED=" << seed);
  const TemporaryFolder folder;
  CHECK(stop_again_and_again(folder, seed, {SIGKILL}) > 0);
  check_same(folder);
}

TEST_CASE("a run that is interrupted at random points is bit-identical to one that is never interrupted") {
  const unsigned seed = draw_seed();
  INFO("HONE_TEST_SEED=" << seed);
  const TemporaryFolder folder;
  CHECK(stop_again_and_again(folder, seed, {SIGINT, SIGTERM}) > 0);
  check_same(folder);
}

TEST_CASE("Ctrl-C and SIGTERM save a checkpoint of the current step, and print how to resume") {
  for (const int signal_number : {SIGINT, SIGTERM}) {
    CAPTURE(signal_number);
    const TemporaryFolder folder;
    const ProcessResult result = stopped_at(folder, 9, signal_number, 0);
    CHECK(result.exit_code == (signal_number == SIGINT ? 130 : 143));
    const int step = newest_checkpoint(folder);
    CHECK(step >= 9);
    CHECK(step < kSteps);
    CHECK(contains(result.error, "stopped at step " + std::to_string(step) + " of 60, saved in "));
    CHECK(contains(result.error, "--resume-from-checkpoint true"));
    const fs::path saved = folder.path() / "out" / ("checkpoint-" + std::to_string(step));
    CHECK(read_json(saved / "trainer_state.json")["global_step"] == step);
    CHECK_FALSE(fs::exists(folder.path() / "out" / "model.safetensors"));
  }
}

TEST_CASE("a second signal ends the program at once, without saving") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(6000)).string();
  // The step takes seconds, so that both signals arrive during it.
  Process process(HONE_PROGRAM,
                  train_arguments(tiny_model(), folder.path() / "out",
                                  {"--dataset", rows, "--max-steps=2", "--max-seq-length=40",
                                   "--per-device-train-batch-size=100", "--gradient-accumulation-steps=600"}));
  REQUIRE(process.wait_until([&] { return contains(process.error_so_far(), "machine "); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  process.send(SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  process.send(SIGINT);
  const ProcessResult result = process.wait();
  CHECK(result.exit_code == 130);
  CHECK_FALSE(contains(result.error, "stopped at step"));
  CHECK(newest_checkpoint(folder) == 0);
}

TEST_CASE("a damaged checkpoint is skipped, and the run resumes from an older intact one") {
  const TemporaryFolder folder;
  CHECK(stopped_at(folder, 17, SIGKILL, 0).exit_code == 137);
  const int newest = newest_checkpoint(folder);
  REQUIRE(newest >= 14);
  const fs::path damaged = folder.path() / "out" / ("checkpoint-" + std::to_string(newest));
  std::string bytes = read_file(damaged / "optimizer.safetensors");
  bytes[bytes.size() / 2] ^= 1;
  write_file(damaged / "optimizer.safetensors", bytes);
  const ProcessResult resumed = run_hone(arguments(folder));
  CHECK(resumed.exit_code == 0);
  CHECK(contains(resumed.error, "has another sha256 than in the manifest); looking for an older checkpoint"));
  CHECK(contains(resumed.error, "checkpoint-" + std::to_string(newest - 7) + " at step"));
  check_same(folder);
}

}  // namespace stopping_test
