#include "train/run_files.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "temporary_folder.h"

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

TEST_CASE("a run's files are removed, and all other files stay") {
  const TemporaryFolder folder;
  for (const char* name : {"run.json", "metrics.jsonl", "stop", "evaluations/5.json", "evaluations/10.json",
                           "runs/Nov22_host/events.out.tfevents.1.host.1.0", "notes.txt", "runs/mine/notes.txt"}) {
    folder.write(name, "x");
  }
  remove_run_files(folder.path());
  std::vector<std::string> left;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    if (entry.is_regular_file()) left.push_back(fs::relative(entry.path(), folder.path()).string());
  }
  std::sort(left.begin(), left.end());
  CHECK(left == std::vector<std::string>{"notes.txt", "runs/mine/notes.txt"});
  CHECK_FALSE(fs::exists(folder.path() / "evaluations"));
  CHECK_FALSE(fs::exists(folder.path() / "runs" / "Nov22_host"));
  CHECK_NOTHROW(remove_run_files(folder.path() / "nowhere"));
}

TEST_CASE("evaluations whose step is not in the log are removed") {
  const TemporaryFolder folder;
  for (const char* name : {"5.json", "10.json", "15.json", "x.json", "5.txt"}) {
    folder.write(std::string("evaluations/") + name, "x");
  }
  remove_unlogged_evaluations(folder.path(), {{{"eval_loss", 1.0}, {"step", 5}}, {{"loss", 1.0}, {"step", 10}}});
  const fs::path evaluations = folder.path() / "evaluations";
  CHECK(fs::exists(evaluations / "5.json"));
  CHECK_FALSE(fs::exists(evaluations / "10.json"));
  CHECK_FALSE(fs::exists(evaluations / "15.json"));
  CHECK(fs::exists(evaluations / "x.json"));
  CHECK(fs::exists(evaluations / "5.txt"));
}

TEST_CASE("a user's file with the name of a run's folder stays") {
  const TemporaryFolder folder;
  folder.write("evaluations", "mine");
  folder.write("runs", "mine");
  remove_run_files(folder.path());
  CHECK(fs::exists(folder.path() / "evaluations"));
  CHECK(fs::exists(folder.path() / "runs"));
}

TEST_CASE("bytes that are not UTF-8 are replaced and do not end the run") {
  CHECK(json_text({{"path", "a\xFF"}}) == "{\"path\":\"a\xEF\xBF\xBD\"}");
  CHECK(json_text({{"a", 1}}, 2) == "{\n  \"a\": 1\n}");
}
