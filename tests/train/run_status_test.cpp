#include "train/run_status.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <thread>

#include "base/files.h"
#include "captured_log.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace run_status_test {

using namespace hone;
using namespace hone::train;

void wait(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

Json written(const TemporaryFolder& folder) { return read_json(folder.path() / "run.json"); }

TEST_CASE("run.json has process, machine, command and options from the start") {
  const TemporaryFolder folder;
  RunStatus status(folder.path(), {{"seed", 42}});
  status.describe({{"model", "m"}});
  status.write_state("running");
  const Json run = written(folder);
  CHECK(run["format"] == 1);
  CHECK(run["pid"] == getpid());
  CHECK(run["boot_id"] == read_file("/proc/sys/kernel/random/boot_id").substr(0, 36));
  CHECK(run["working_dir"] == std::filesystem::current_path().string());
  CHECK(contains(run["command"][0].get<std::string>(), "test_train"));
  CHECK(run["state"] == "running");
  CHECK(run["phase"] == "preparing");
  CHECK(run["error"].is_null());
  CHECK(run["model"] == "m");
  CHECK(run["options"]["seed"] == 42);
  CHECK(run["changed_options"] == Json::array());
  CHECK(run["memory_bytes"].get<uint64_t>() > 1'000'000);
  CHECK(run["peak_memory_bytes"].get<uint64_t>() >= run["memory_bytes"].get<uint64_t>() / 2);
  CHECK(run["started_at"].get<double>() > 1.7e9);
}

TEST_CASE("run.json lists the options that differ from their defaults") {
  const TemporaryFolder folder;
  RunStatus(folder.path(), {{"seed", 7}, {"adam_beta1", 0.9}, {"eval_strategy", "steps"}}).write_state("running");
  CHECK(written(folder)["changed_options"] == Json({"seed", "eval_strategy"}));
}

TEST_CASE("steps, best metric, speed and remaining time describe the current session") {
  const TemporaryFolder folder;
  RunStatus status(folder.path(), {});
  status.set_plan(110, 2);
  status.start_at(100, 50'000);
  status.write_state("running");
  CHECK(written(folder)["tokens_per_second"].is_null());
  CHECK(written(folder)["seconds_left"].is_null());
  status.enter(RunPhase::kTraining);
  wait(200);
  status.advance(105, 1.5, 51'000);
  status.enter(RunPhase::kEvaluating);
  wait(200);  // included in the remaining time, not in the speed
  status.set_best("eval_accuracy", {0.75, 104, 0});
  status.write_state("running");
  const Json run = written(folder);
  CHECK(run["step"] == 105);
  CHECK(run["total_steps"] == 110);
  CHECK(run["epoch"] == 1.5);
  CHECK(run["num_train_epochs"] == 2);
  CHECK(run["phase"] == "evaluating");
  CHECK(run["best"] == Json{{"metric", "eval_accuracy"}, {"value", 0.75}, {"step", 104}});
  CHECK(run["tokens_per_second"].get<double>() > 3000);
  CHECK(run["tokens_per_second"].get<double>() < 5100);
  CHECK(run["mean_tokens_per_second"].get<double>() > 3000);
  CHECK(run["mean_tokens_per_second"].get<double>() < 5100);
  CHECK(run["seconds_left"].get<double>() >= 0.4);
  CHECK(run["seconds_left"].get<double>() < 2);
}

TEST_CASE("run.json has the error and the hint of a failed run, and no remaining time") {
  const TemporaryFolder folder;
  RunStatus status(folder.path(), {});
  status.set_plan(10, 1);
  status.start_at(0, 0);
  status.advance(5, 0.5, 10);
  status.write_state("failed", "bytes \xFF of a path", "check it");
  CHECK(written(folder)["state"] == "failed");
  CHECK(written(folder)["error"] == "bytes \xEF\xBF\xBD of a path");
  CHECK(written(folder)["hint"] == "check it");
  CHECK(written(folder)["seconds_left"].is_null());
  status.write_state("running");
  CHECK(written(folder)["error"].is_null());
  CHECK(written(folder)["hint"].is_null());
}

TEST_CASE("a change of phase is written soon, and a heartbeat only if it is due") {
  const TemporaryFolder folder;
  RunStatus status(folder.path(), {});
  status.write_state("running");
  status.enter(RunPhase::kTraining);
  CHECK(written(folder)["phase"] == "preparing");  // too soon after the last write
  wait(650);
  status.beat();
  CHECK(written(folder)["phase"] == "training");
  std::filesystem::remove(folder.path() / "run.json");
  wait(650);
  status.beat();
  CHECK_FALSE(std::filesystem::exists(folder.path() / "run.json"));
  wait(1400);
  status.beat();
  CHECK(std::filesystem::exists(folder.path() / "run.json"));
}

TEST_CASE("a file that cannot be written is reported once, and the run continues") {
  const TemporaryFolder folder;
  RunStatus status(folder.path() / "gone", {});
  const std::string said = captured_log([&] {
    status.write_state("running");
    status.write_state("running");
  });
  CHECK(contains(said, "run.json"));
  CHECK(contains(said, "the run continues, but hone watch cannot show it"));
  CHECK(said.find("run.json") == said.rfind("run.json"));
}

TEST_CASE("a heartbeat takes less than a thousandth of its two-second interval") {
  const TemporaryFolder folder;
  Json options;
  for (int i = 0; i < 80; ++i) options["option_" + std::to_string(i)] = "of some value";
  RunStatus status(folder.path(), options);
  status.write_state("running");
  // Of the processor, because other programs and the disk may delay a write.
  const auto seconds_of_thread = [] {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  };
  double fastest = 1;
  for (int i = 0; i < 10 && fastest >= 0.002; ++i) {
    status.enter(RunPhase::kSaving);
    wait(620);
    const double start = seconds_of_thread();
    status.beat();
    fastest = std::min(fastest, seconds_of_thread() - start);
  }
  MESSAGE("a heartbeat takes " << fastest * 1e6 << " us");
  CHECK(fastest < 0.002);
}

}  // namespace run_status_test
