// hone search as a user runs it, on rows and models that train in a second.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace search_test {

using namespace hone;

namespace fs = std::filesystem;

class Search {
 public:
  explicit Search(const std::string& block, int num_rows = 40) {
    config_ =
        folder_
            .write("search.yaml", "train_file: [" + folder_.write("train.csv", reviews(num_rows)).string() +
                                      "]\nvalidation_file: [" + folder_.write("validation.csv", reviews(24)).string() +
                                      "]\neval_strategy: epoch\nsave_strategy: epoch\nnum_train_epochs: 2\n"
                                      "max_seq_length: 40\nmetric_for_best_model: accuracy\n" +
                                      block)
            .string();
  }

  fs::path out() const { return folder_.path() / "out"; }
  const TemporaryFolder& folder() const { return folder_; }
  std::vector<std::string> arguments(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"search",       config_,        "--model",        tiny_model(),
                                    "--output-dir", out().string(), "--num-threads=1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  ProcessResult run(const std::vector<std::string>& more = {}) const { return run_hone(arguments(more)); }
  Json report() const { return read_json(out() / "search.json"); }

 private:
  TemporaryFolder folder_;
  std::string config_;
};

const std::string kRates = "search:\n  space:\n    learning_rate: {low: 1.0e-5, high: 1.0e-1, log: true}\n";

int64_t count_of(const Json& report, const std::string& state) {
  return std::count_if(report["trials"].begin(), report["trials"].end(),
                       [&](const Json& trial) { return trial["state"] == state; });
}

TEST_CASE("a search trains its trials, ranks them and writes report, page and journal") {
  const Search search(kRates + "    per_device_train_batch_size: [4, 8]\n  pruner: none\n");
  const ProcessResult result = search.run({"--trials", "4"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.output, "trial   0 of 4: accuracy "));
  CHECK(contains(result.output, "4 trials: 4 complete; accuracy, higher is better"));
  CHECK(contains(result.output, "importance  "));
  const Json report = search.report();
  CHECK(report["metric"] == "accuracy");
  CHECK(report["direction"] == "maximize");
  REQUIRE(report["trials"].size() == 4);
  CHECK(report["trials"][0]["value"] >= report["trials"][1]["value"]);
  CHECK(report["trials"][1].contains("difference"));
  CHECK(report["trials"][1].contains("mcnemar_p"));
  CHECK(report["trials"][0]["evaluations"].size() == 2);
  CHECK(contains(read_file(search.out() / "search.html"), "\"metric\":\"accuracy\""));
  // Each trial is a run that hone watch shows; only the best keeps its weights.
  int num_weights = 0;
  for (int trial = 0; trial < 4; ++trial) {
    const fs::path folder = search.out() / ("trial-000" + std::to_string(trial));
    CHECK(read_json(folder / "run.json")["state"] == "finished");
    CHECK(fs::exists(folder / "metrics.jsonl"));
    if (!fs::exists(folder / "model.safetensors")) continue;
    ++num_weights;
    CHECK(report["trials"][0]["number"] == trial);
  }
  CHECK(num_weights == 1);
  const Json values = read_json(search.out() / "trial-0001" / "training_args.json");
  for (const Json& trial : report["trials"]) {
    if (trial["number"] != 1) continue;
    CHECK(values["learning_rate"] == trial["parameters"]["learning_rate"]);
    CHECK(values["per_device_train_batch_size"] == trial["parameters"]["per_device_train_batch_size"]);
  }

  SUBCASE("the same command does nothing more; more trials continue the study") {
    const ProcessResult again = search.run({"--trials", "4"});
    CHECK(again.exit_code == 0);
    CHECK_FALSE(contains(again.output, "trial   4"));
    const ProcessResult more = search.run({"--trials", "5"});
    CHECK(contains(more.output, "trial   4 of 5: accuracy"));
    CHECK(search.report()["trials"].size() == 5);
  }
  SUBCASE("the study is the same if the command names the model by another path") {
    ProcessResult other = search.run({"--trials", "4", "--model", tiny_model() + "/../tiny-bert"});
    CHECK(other.exit_code == 0);
  }
  SUBCASE("other options, another direction or a damaged journal are refused") {
    ProcessResult other = search.run({"--trials=5", "--weight-decay=0.1"});
    CHECK(other.exit_code == 2);
    CHECK(contains(other.error, "trainings with other options: weight_decay was 0.0, is 0.1"));
    other = search.run({"--trials=5", "--metric=loss"});
    CHECK(contains(other.error, "the study \"hone\" maximizes, this search minimizes"));
    const fs::path journal = search.out() / "journal.log";
    const std::string lines = read_file(journal);
    write_file(journal, lines.substr(0, lines.find('\n') + 1) + "{\"op\n" + lines.substr(lines.find('\n') + 1));
    other = search.run({"--trials=5"});
    CHECK(other.exit_code == 1);
    CHECK(contains(other.error, "journal.log:2: not JSON (the journal is damaged there)"));
  }
}

TEST_CASE("a folder with other files is left alone") {
  const Search search(kRates);
  search.folder().write("out/notes.txt", "mine");
  ProcessResult result = search.run({"--trials", "1"});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "out holds files, but no study"));
  fs::remove_all(search.out());
  search.folder().write("out", "a file");
  result = search.run({"--trials", "1"});
  CHECK(contains(result.error, "out is not a folder"));
}

TEST_CASE("a grid tries each combination once, and conditions leave options out") {
  const Search search(
      "search:\n  sampler: grid\n  pruner: none\n  space:\n    optim: [adamw, sgd]\n"
      "    momentum: {values: [0.5, 0.9], when: {optim: sgd}}\n    freeze: [[], all-but-head]\n");
  const ProcessResult result = search.run({"--trials", "100"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  const Json report = search.report();
  CHECK(report["trials"].size() == 6);
  std::set<std::string> points;
  for (const Json& trial : report["trials"]) {
    points.insert(trial["parameters"].dump());
    CHECK(trial["parameters"].contains("momentum") == (trial["parameters"]["optim"] == "sgd"));
  }
  CHECK(points.size() == 6);
}

TEST_CASE("bad trials stop early and keep no model") {
  const Search search(
      "search:\n  sampler: grid\n  pruner: halving\n  metric: loss\n  space:\n"
      "    learning_rate: [3.0e-3, 3.1e-3, 1.0e-8, 1.0e-9]\n");
  const ProcessResult result = search.run({"--trials", "4", "--num-train-epochs=4"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  const Json report = search.report();
  // The first trial has no rung, the second is the best of its rung, the others are worse.
  CHECK(count_of(report, "complete") == 2);
  CHECK(count_of(report, "pruned") == 2);
  CHECK(contains(result.output, "trial   2 of 4: pruned (best "));
  CHECK(read_json(search.out() / "trial-0002" / "run.json")["state"] == "stopped");
  CHECK_FALSE(fs::exists(search.out() / "trial-0002" / "model.safetensors"));
  CHECK_FALSE(fs::exists(search.out() / "trial-0002" / "checkpoint-5"));
}

TEST_CASE("a trial that fails is recorded; three in a row end the search") {
  const Search search("search:\n  sampler: grid\n  pruner: none\n  space:\n    optim: [adamw, adam, lion, sgd]\n");
  const ProcessResult result = search.run({"--trials", "4", "--momentum=0.9"});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "trial 0 failed: momentum is given, but optim is \"adamw\""));
  CHECK(contains(result.error, "error: momentum is given, but optim is \"lion\""));
}

TEST_CASE("several trials at the same time share the study") {
  const Search search(kRates + "  pruner: none\n");
  const ProcessResult result = search.run({"--trials", "5", "--jobs", "2"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  const Json report = search.report();
  CHECK(count_of(report, "complete") == 5);
  std::set<int> numbers;
  for (const Json& trial : report["trials"]) numbers.insert(trial["number"].get<int>());
  CHECK(numbers == std::set<int>{0, 1, 2, 3, 4});
}

TEST_CASE("after kill -9 the same command resumes the trial, with the result of an uninterrupted search") {
  const Search whole(kRates + "  pruner: none\n"), killed(kRates + "  pruner: none\n");
  const std::vector<std::string> more = {"--trials", "2", "--num-train-epochs=8"};
  REQUIRE(whole.run(more).exit_code == 0);
  {
    Process process(HONE_PROGRAM, killed.arguments(more));
    const fs::path trial = killed.out() / "trial-0001";
    REQUIRE(process.wait_until([&] { return fs::exists(trial / "checkpoint-10"); }));
    process.send(SIGKILL);
    CHECK(process.wait().exit_code == 128 + SIGKILL);
  }
  const ProcessResult result = killed.run(more);
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "trial 1: its process ended before it; it resumes from its checkpoint"));
  const Json report = killed.report(), expected = whole.report();
  REQUIRE(report["trials"].size() == 2);
  for (int rank = 0; rank < 2; ++rank) {
    CHECK(report["trials"][rank]["value"] == expected["trials"][rank]["value"]);
    CHECK(report["trials"][rank]["parameters"] == expected["trials"][rank]["parameters"]);
  }
}

TEST_CASE("Ctrl-C ends cleanly, and the search goes on later") {
  const Search search(kRates + "  pruner: none\n");
  const std::vector<std::string> more = {"--trials", "3", "--num-train-epochs=30"};
  Process process(HONE_PROGRAM, search.arguments(more));
  REQUIRE(process.wait_until([&] { return fs::exists(search.out() / "trial-0000" / "metrics.jsonl"); }));
  process.send(SIGINT);
  const ProcessResult stopped = process.wait();
  CHECK(stopped.exit_code == 130);
  CHECK(contains(stopped.error, "trial 0 stopped; the same command resumes it"));
  const ProcessResult result = search.run(more);
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(count_of(search.report(), "complete") == 3);
}

TEST_CASE("Ctrl-C reaches every process of --jobs once") {
  const Search search(kRates + "  pruner: none\n");
  const std::vector<std::string> more = {"--trials", "4", "--jobs=2", "--num-train-epochs=30"};
  Process process(HONE_PROGRAM, search.arguments(more));
  REQUIRE(process.wait_until([&] {
    return fs::exists(search.out() / "trial-0000" / "metrics.jsonl") &&
           fs::exists(search.out() / "trial-0001" / "metrics.jsonl");
  }));
  process.send(SIGINT);
  const ProcessResult stopped = process.wait();
  CHECK(stopped.exit_code == 130);
  CHECK(contains(stopped.error, "trial 0 stopped; the same command resumes it"));
  CHECK(contains(stopped.error, "trial 1 stopped; the same command resumes it"));
  const ProcessResult result = search.run(more);
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(count_of(search.report(), "complete") == 4);
}

TEST_CASE("trials that freeze the same layers share their output") {
  const Search search("search:\n  sampler: grid\n  pruner: none\n  space:\n    learning_rate: [1.0e-3, 1.0e-2]\n");
  ProcessResult result = search.run({"--trials", "2", "--freeze=all-but-head"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  for (const auto& entry : fs::directory_iterator(search.out())) {
    CHECK_FALSE(entry.path().filename().string().starts_with("frozen-"));  // removed at the end
  }
  const Json shared = search.report();
  const Search alone("search:\n  sampler: grid\n  pruner: none\n  space:\n    learning_rate: [1.0e-3, 1.0e-2]\n");
  result = alone.run({"--trials", "2", "--freeze=all-but-head", "--cache-budget=0"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  for (int rank = 0; rank < 2; ++rank) {
    CHECK(shared["trials"][rank]["evaluations"] == alone.report()["trials"][rank]["evaluations"]);
  }
}

TEST_CASE("the recipe of the article's grid runs") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  const ProcessResult result = run_shell("cd '" HONE_SOURCE_DIR "' && $HONE search recipes/s3-search.yaml --model " +
                                         tiny_model() + " --output-dir " + out.string() +
                                         " --trials 3 --ignore-mismatched-sizes --num-train-epochs 1 "
                                         "--max-train-samples 60 --max-eval-samples 40 --num-threads 1");
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  const Json report = read_json(out / "search.json");
  CHECK(count_of(report, "complete") == 3);
  CHECK(report["space"].size() == 3);
}

TEST_CASE("the time budget ends a search") {
  const Search search(kRates + "  pruner: none\n");
  const ProcessResult result = search.run({"--trials", "1000", "--num-train-epochs=100", "--time-budget=2s"});
  CHECK(result.exit_code == 0);
  CHECK(result.seconds < 30);
  CHECK(search.report()["trials"].size() < 100);
}

TEST_CASE("the best values with other seeds, then one look at the test rows; a second look leaves a trace") {
  const Search search(kRates + "  pruner: none\n");
  const std::string test = search.folder().write("test.csv", reviews(21)).string();
  const std::vector<std::string> more = {"--trials", "2", "--retrain-seeds=2", "--test-best", "--test-file", test};
  ProcessResult result = search.run(more);
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.output, "seed 43: accuracy "));
  CHECK(contains(result.output, "with 2 other seeds: accuracy "));
  CHECK(contains(result.output, "Test Accuracy: "));
  const Json retrained = read_json(search.out() / "retrained.json");
  REQUIRE(retrained["runs"].size() == 2);
  const double a = retrained["runs"][0]["value"], b = retrained["runs"][1]["value"];
  CHECK(retrained["mean"].get<double>() == doctest::Approx((a + b) / 2));
  CHECK(retrained["sd"].get<double>() == doctest::Approx(std::abs(a - b) / std::sqrt(2.0)));
  Json looks = read_json(search.out() / "test_looks.json");
  REQUIRE(looks.size() == 1);
  CHECK(looks[0]["results"]["test_samples"] == 21);
  const fs::path chosen = search.out() / looks[0]["model"].get<std::string>();
  CHECK(contains(read_file(chosen / "README.md"), "the first look at them in this search"));
  for (int trial = 0; trial < 2; ++trial) {
    CHECK_FALSE(fs::exists(search.out() / ("trial-000" + std::to_string(trial)) / "test_results.json"));
  }

  result = search.run(more);
  CHECK(result.exit_code == 0);
  CHECK_FALSE(contains(result.output, "seed 43: accuracy"));  // that training is done
  CHECK(contains(result.error, "this is look 2 at the test rows in this search"));
  looks = read_json(search.out() / "test_looks.json");
  CHECK(looks.size() == 2);
  const std::string card = read_file(chosen / "README.md");
  CHECK(contains(card, "It was look 2 at them in this search"));
  CHECK_FALSE(contains(card, "the first look"));
  CHECK(search.report()["test_looks"].size() == 2);
}

TEST_CASE("the look at the test rows measures what hone eval measures, also of adapters") {
  const Search search(kRates + "  pruner: none\n");
  const std::string test = search.folder().write("test.csv", reviews(21)).string();
  const ProcessResult result = search.run({"--trials=2", "--peft=lora", "--lora-target-modules=query,value",
                                           "--retrain-seeds=1", "--test-best", "--test-file", test});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  const Json looks = read_json(search.out() / "test_looks.json");
  const fs::path chosen = search.out() / looks[0]["model"].get<std::string>();
  CHECK(contains(chosen.filename().string(), "-seed-43"));  // a folder for each trial and seed
  const ProcessResult evaluated =
      run_hone({"eval", "--model", chosen.string(), "--dataset", test, "--num-threads=1", "--json"});
  REQUIRE_MESSAGE(evaluated.exit_code == 0, evaluated.error);
  const Json report = json_lines(evaluated.output).front();
  CHECK(report["accuracy"] == looks[0]["results"]["test_accuracy"]);
  CHECK(report["loss"].get<double>() == doctest::Approx(looks[0]["results"]["test_loss"].get<double>()));
  // Only the best trial keeps its adapter.
  int num_adapters = 0;
  for (int trial = 0; trial < 2; ++trial) {
    num_adapters += fs::exists(search.out() / ("trial-000" + std::to_string(trial)) / "adapter_model.safetensors");
  }
  CHECK(num_adapters == 1);
}

TEST_CASE("a look at test rows needs test rows and a model") {
  const Search search(kRates + "  pruner: none\n");
  ProcessResult result = search.run({"--trials", "1", "--test-best"});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "test_best: there are no test rows that the search does not use"));
  CHECK_FALSE(std::filesystem::exists(search.out()));  // before the first trial
  const std::string test = search.folder().write("test.csv", reviews(21)).string();
  const Search without(kRates + "  pruner: none\n  keep_models: none\n");
  result = without.run({"--trials", "1", "--test-best", "--test-file", test});
  CHECK(contains(result.error, "trial-0000 holds no model"));
  CHECK(search.run({"--trials", "1"}).exit_code == 0);
  write_file(search.out() / "test_looks.json", "{}");
  result = search.run({"--trials", "1", "--test-best", "--test-file", test});
  CHECK(result.exit_code == 1);
  CHECK(contains(result.error, "test_looks.json: not a list of looks"));
}

}  // namespace search_test
