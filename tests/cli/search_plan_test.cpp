// Mistakes in the options of a search, found before anything is trained.
#include <doctest/doctest.h>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace search_plan_test {

using namespace hone;

namespace fs = std::filesystem;

// Returns what the program says of this config file and these arguments, and checks that it is a wrong usage.
std::string refused(const std::string& block, const std::vector<std::string>& more = {}) {
  const TemporaryFolder folder;
  const std::string config = folder.write("search.yaml", block).string();
  std::vector<std::string> arguments = {"search",     config,         "--model",
                                        tiny_model(), "--output-dir", (folder.path() / "out").string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const ProcessResult result = run_hone(arguments);
  CHECK(result.exit_code == 2);
  CHECK_FALSE(fs::exists(folder.path() / "out"));
  return result.error;
}

const std::string kSpace = "search:\n  space:\n    learning_rate: [1.0e-4, 1.0e-3]\n";

TEST_CASE("a search without a space") {
  CHECK(contains(refused("seed: 1\n"), "there is no search space: the config file has no block \"search\""));
  CHECK(contains(refused("search: {sampler: random}\n"), "search: there is no space"));
  CHECK(contains(refused("search: 3\n"), "search: not a mapping"));
  CHECK(contains(refused("search:\n  space: {}\n"), "search: space: the space is empty"));
}

TEST_CASE("mistakes in the space") {
  const std::string error = refused("search:\n  space:\n    learning_rte: [1]\n");
  CHECK(contains(error, "search: space: unknown option \"learning_rte\""));
  CHECK(contains(error, "learning_rate"));
  CHECK(contains(refused("search:\n  space:\n    learning_rate: {low: 0, high: 1, log: true}\n"),
                 "search: space: learning_rate: a log range cannot begin at 0"));
  CHECK(contains(refused("search:\n  space:\n    learning_rate: {low: 1, high: 0.1}\n"),
                 "search: space: learning_rate: low (1) is above high (0.1)"));
  CHECK(contains(refused("search:\n  space:\n    learning_rate: {low: -1, high: 0.1}\n"), "learning_rate: low"));
  CHECK(contains(refused("search:\n  space:\n    output_dir: [a, b]\n"),
                 "search: space: output_dir does not change what is learned"));
  CHECK(contains(refused("search:\n  sampler: grid\n  space:\n    learning_rate: {low: 0.1, high: 1}\n"
                         "eval_strategy: epoch\n"),
                 "a grid needs values, not a range"));
}

TEST_CASE("mistakes beside the space") {
  const std::string error = refused("search:\n  samplr: grid\n  space:\n    learning_rate: [1]\n");
  CHECK(contains(error, "search: unknown key \"samplr\""));
  CHECK(contains(error, "sampler"));
  CHECK(contains(refused("search:\n  sampler: cma\n  space:\n    learning_rate: [1]\n"), "search: sampler: \"cma\""));
  CHECK(contains(refused("search:\n  trials: 0\n  space:\n    learning_rate: [1]\n"), "search: trials"));
  CHECK(contains(refused(kSpace, {"--trials", "0"}), "--trials: 0"));
  CHECK(contains(refused(kSpace, {"--time-budget", "soon"}), "time_budget \"soon\" is not a time"));
}

TEST_CASE("options of a training that a search cannot take") {
  CHECK(contains(refused(kSpace), "but eval_strategy is \"no\""));
  const std::string epoch = "--eval-strategy=epoch";
  CHECK(contains(refused(kSpace, {epoch, "--json-log", "x.jsonl"}), "json_log is one file"));
  CHECK(contains(refused(kSpace, {epoch, "--overwrite-output-dir"}), "overwrite_output_dir would replace a study"));
  CHECK(contains(refused(kSpace, {epoch, "--resume-from-checkpoint", "true"}), "a search resumes by itself"));
  CHECK(contains(refused(kSpace, {epoch, "--stop-after-steps", "3"}), "stop_after_steps would stop every trial"));
  CHECK(contains(refused(kSpace, {epoch, "--find-lr"}), "find_lr would test learning rates instead of training"));
  for (const std::string option : {"--find-lr-min", "--find-lr-max", "--find-lr-steps"}) {
    CHECK(contains(refused(kSpace, {epoch, option, "50"}), "hone search: " + option + " is read only by --find-lr"));
  }
  CHECK(contains(refused(kSpace, {epoch, "--metric", "acuracy"}), "unknown metric \"acuracy\""));
}

TEST_CASE("two config files are one too many") {
  CHECK(contains(refused(kSpace, {"--config", "other.yaml"}), "two config files: "));
}

}  // namespace search_plan_test
