#include "watch/run_record.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <chrono>

#include "base/files.h"
#include "temporary_folder.h"

namespace run_record_test {

using namespace hone;
using namespace hone::watch;

namespace fs = std::filesystem;

std::string own_host() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

// Returns what a run of this process writes into run.json.
Json run_json(const char* state = "running") {
  return {{"format", 1},
          {"command", {"hone", "train", "--model", "m", "--overwrite-output-dir"}},
          {"working_dir", "/w"},
          {"pid", getpid()},
          {"host", own_host()},
          {"boot_id", read_file("/proc/sys/kernel/random/boot_id").substr(0, 36)},
          {"updated_at", 1000.5},
          {"state", state},
          {"phase", "training"},
          {"step", 7},
          {"seconds_left", 9.5},
          {"labels", {"N", "P"}},
          {"options", {{"seed", 42}}}};
}

// A lock on a folder, as a run holds it.
class Lock {
 public:
  explicit Lock(const fs::path& folder) : descriptor_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    REQUIRE(flock(descriptor_, LOCK_EX | LOCK_NB) == 0);
  }
  ~Lock() { close(descriptor_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int descriptor_;
};

Json record_of(const TemporaryFolder& folder) {
  const auto record = read_run(folder.path(), FolderLocks::read());
  REQUIRE(record.has_value());
  return *record;
}

Json record_of(const TemporaryFolder& folder, const Json& run) {
  folder.write("run.json", run.dump());
  return record_of(folder);
}

constexpr const char* kResume = "cd /w && hone train --model m --resume-from-checkpoint true";

TEST_CASE("a run with a locked folder is running, and a killed run is interrupted and can be resumed") {
  const TemporaryFolder folder;
  {
    const Lock lock(folder.path());
    const Json record = record_of(folder, run_json());
    CHECK(record["state"] == "running");
    CHECK(record["phase"] == "training");
    CHECK(record["resume_command"].is_null());
    CHECK(record["seconds_left"] == 9.5);
    CHECK(record["options"]["seed"] == 42);
    CHECK(record["stopping"] == false);
    folder.write("stop", "");
    CHECK(record_of(folder)["stopping"] == true);
  }
  const Json record = record_of(folder);
  CHECK(record["state"] == "interrupted");
  CHECK(record["resume_command"] == kResume);
  CHECK(record["seconds_left"].is_null());
  CHECK(record["stopping"] == false);
}

TEST_CASE("the state of a finished run is that in run.json") {
  const TemporaryFolder folder;
  for (const char* state : {"finished", "stopped", "interrupted", "failed"}) {
    CAPTURE(state);
    const Json record = record_of(folder, run_json(state));
    CHECK(record["state"] == state);
    CHECK(record["resume_command"].is_null() == (std::string(state) == "finished"));
  }
  CHECK(record_of(folder, run_json("dancing"))["state"] == "interrupted");
}

TEST_CASE("a failed run's hint, mean speed and changed options are returned if they have the right type") {
  const TemporaryFolder folder;
  Json run = run_json("failed");
  run["hint"] = "fill the column";
  run["mean_tokens_per_second"] = 2700.5;
  run["changed_options"] = {"seed", "max_steps"};
  const Json record = record_of(folder, run);
  CHECK(record["hint"] == "fill the column");
  CHECK(record["mean_tokens_per_second"] == 2700.5);
  CHECK(record["changed_options"] == Json({"seed", "max_steps"}));
  run["hint"] = 5;
  run["mean_tokens_per_second"] = "fast";
  run["changed_options"] = {"seed", 1};
  const Json wrong = record_of(folder, run);
  CHECK(wrong["hint"].is_null());
  CHECK(wrong["mean_tokens_per_second"].is_null());
  CHECK(wrong["changed_options"].is_null());
}

TEST_CASE("what is frozen, and how many parameters are trained, are returned if they have the right type") {
  const TemporaryFolder folder;
  Json run = run_json("finished");
  run["frozen"] = "embeddings, layers 1 to 4 of 6";
  run["num_trained_parameters"] = 14'176'514;
  const Json record = record_of(folder, run);
  CHECK(record["frozen"] == "embeddings, layers 1 to 4 of 6");
  CHECK(record["num_trained_parameters"] == 14'176'514);
  run["frozen"] = {"embeddings"};
  run["num_trained_parameters"] = "all";
  const Json wrong = record_of(folder, run);
  CHECK(wrong["frozen"].is_null());
  CHECK(wrong["num_trained_parameters"].is_null());
}

TEST_CASE("adapters, test rows and the tags of entities are returned if they have the right type") {
  const TemporaryFolder folder;
  Json run = run_json("finished");
  const std::pair<const char*, Json> facts[] = {{"adapters", "LoRA of rank 8, alpha 8 on 4 linears (query, value)"},
                                                {"num_test_rows", 400},
                                                {"entity_types", {"LOC", "PER"}},
                                                {"tag_scheme", "BIO"}};
  for (const auto& [name, value] : facts) run[name] = value;
  const Json record = record_of(folder, run);
  for (const auto& [name, value] : facts) CHECK(record[name] == value);
  for (const auto& [name, value] : facts) run[name] = Json::object();
  const Json wrong = record_of(folder, run);
  for (const auto& [name, value] : facts) CHECK(wrong[name].is_null());
}

TEST_CASE("if another process locks the folder of a finished run, the run is being resumed") {
  const TemporaryFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    const int descriptor = open(folder.path().c_str(), O_RDONLY | O_DIRECTORY);
    flock(descriptor, LOCK_EX);
    pause();
    _exit(0);
  }
  Json run = run_json("stopped");
  run["error"] = "x";
  run["hint"] = "y";
  Json record;
  for (int waited = 0; waited < 500 && record["state"] != "running"; ++waited) {
    usleep(10'000);
    record = record_of(folder, run);
  }
  CHECK(record["state"] == "running");
  CHECK(record["phase"] == "preparing");
  CHECK(record["error"].is_null());
  CHECK(record["hint"].is_null());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK(record_of(folder, run)["state"] == "stopped");
}

TEST_CASE("a run from before the last boot is interrupted; for a run on another machine the heartbeat decides") {
  const TemporaryFolder folder;
  Json run = run_json();
  run["boot_id"] = "00000000-0000-0000-0000-000000000000";
  CHECK(record_of(folder, run)["state"] == "interrupted");
  run["host"] = "elsewhere";
  CHECK(record_of(folder, run)["state"] == "interrupted");
  run["updated_at"] = static_cast<double>(std::time(nullptr));
  CHECK(record_of(folder, run)["state"] == "running");
}

TEST_CASE("a run is interrupted if no lock holds its folder, even if its process exists") {
  const TemporaryFolder folder;
  folder.write("run.json", run_json().dump());
  CHECK((*read_run(folder.path(), FolderLocks(std::string_view())))["state"] == "interrupted");
}

TEST_CASE("values of the wrong type count as missing") {
  const TemporaryFolder folder;
  Json run = run_json("failed");
  run["step"] = "seven";
  run["labels"] = {1, 2};
  run["options"] = {1};
  run["pid"] = 1.5;
  run["command"] = "hone train";
  run["best"] = 3;
  run["unknown"] = "x";
  const Json record = record_of(folder, run);
  for (const char* key : {"step", "labels", "options", "command", "best", "resume_command", "memory_bytes"}) {
    CAPTURE(key);
    CHECK(record[key].is_null());
  }
  CHECK_FALSE(record.contains("unknown"));
}

TEST_CASE("an invalid run.json is ignored: malformed, too deep, too large, a link, a pipe") {
  const TemporaryFolder folder;
  CHECK_FALSE(read_run(folder.path(), FolderLocks::read()).has_value());
  for (const std::string& text : {std::string("{\"state\":"), std::string("[]"), std::string(100'000, '['),
                                  std::string(), std::string(5 << 20, ' '), std::string("\xFF\xFE")}) {
    folder.write("run.json", text);
    CHECK_FALSE(read_run(folder.path(), FolderLocks::read()).has_value());
  }
  fs::remove(folder.path() / "run.json");
  folder.write("elsewhere.json", run_json().dump());
  fs::create_symlink(folder.path() / "elsewhere.json", folder.path() / "run.json");
  CHECK_FALSE(read_run(folder.path(), FolderLocks::read()).has_value());
}

TEST_CASE("a run of Hugging Face's Trainer is read from its trainer_state.json, including NaN") {
  const TemporaryFolder folder;
  folder.write(
      "trainer_state.json",
      "{\"best_metric\": 0.9, \"best_global_step\": 20, \"epoch\": 2.0, \"global_step\": 30, \"max_steps\": 30, "
      "\"num_train_epochs\": 2, \"log_history\": [{\"loss\": NaN, \"note\": \"NaN -Infinity \\\" NaN\", "
      "\"step\": 10}, {\"loss\": -Infinity, \"step\": 20}]}");
  CHECK(is_run(folder.path()));
  const Json record = record_of(folder);
  CHECK(record["state"] == "finished");
  CHECK(record["step"] == 30);
  CHECK(record["total_steps"] == 30);
  CHECK(record["best"]["value"] == 0.9);
  CHECK(record["resume_command"].is_null());
  const auto state = read_python_json(folder.path() / "trainer_state.json", 1 << 20);
  CHECK((*state)["log_history"][0]["loss"].is_null());
  CHECK((*state)["log_history"][0]["note"] == "NaN -Infinity \" NaN");
  CHECK((*state)["log_history"][1]["loss"].is_null());
}

TEST_CASE("a run with only checkpoints is read from the newest") {
  const TemporaryFolder folder;
  CHECK_FALSE(is_run(folder.path()));
  for (const int step : {5, 20, 10}) {
    folder.write("checkpoint-" + std::to_string(step) + "/trainer_state.json",
                 "{\"global_step\": " + std::to_string(step) + ", \"max_steps\": 30, \"log_history\": []}");
  }
  folder.write("checkpoint-99/other", "");
  folder.write("checkpoint-x/trainer_state.json", "{}");
  CHECK(is_run(folder.path()));
  CHECK(trainer_state_path(folder.path()) == folder.path() / "checkpoint-20" / "trainer_state.json");
  CHECK(record_of(folder)["step"] == 20);
  CHECK(record_of(folder)["state"] == "interrupted");
}

}  // namespace run_record_test
