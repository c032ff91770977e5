// hone average in the built program: uniform, weighted and greedy averages of trained models.
#include <doctest/doctest.h>

#include "base/files.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace average_command_test {

using namespace hone;

namespace fs = std::filesystem;

// A run of three epochs, whose checkpoints are averaged.
struct Run {
  Run() {
    const ProcessResult trained = run_hone(train_arguments(
        tiny_model(), folder.path() / "run",
        {"--train-file", rows, "--validation-file", rows, "--save-strategy=epoch", "--num-train-epochs=3",
         "--learning-rate=0.002", "--max-seq-length=40", "--per-device-train-batch-size=4"}));
    REQUIRE_MESSAGE(trained.exit_code == 0, trained.error);
  }
  std::string checkpoint(int number) const {
    return fmt::format("{}/run/checkpoint-{}", folder.path().string(), number * 6);
  }
  ProcessResult average(std::vector<std::string> more, const char* output = "average") const {
    more.insert(more.begin(), "average");
    more.insert(more.end(), {"--output-dir", (folder.path() / output).string()});
    return run_hone(more);
  }
  Json measured(const fs::path& model) const {
    const ProcessResult result =
        run_hone({"eval", "--model", model.string(), "--dataset", rows, "--num-threads=1", "--json"});
    REQUIRE_MESSAGE(result.exit_code == 0, result.error);
    return parse_json(result.output, "eval");
  }

  TemporaryFolder folder;
  std::string rows = folder.write("rows.csv", reviews(24)).string();
};

TEST_CASE("the average of checkpoints is a model folder with a card that names them") {
  const Run run;
  const ProcessResult result = run.average({run.checkpoint(1), run.checkpoint(2), run.checkpoint(3)});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "averaged 3 of 3 models: "));
  const fs::path average = run.folder.path() / "average";
  for (const char* file : {"model.safetensors", "config.json", "tokenizer.json", "training_args.json"}) {
    CHECK(fs::exists(average / file));
  }
  const std::string card = read_file(average / "README.md");
  CHECK(contains(card, "pipeline_tag: text-classification"));
  for (int number = 1; number <= 3; ++number) CHECK(contains(card, fmt::format("| {} | 1 |", run.checkpoint(number))));
  CHECK(run.measured(average)["rows"] == 24);
  CHECK(run.measured(average)["loss"] != run.measured(run.checkpoint(3))["loss"]);
}

TEST_CASE("a model with all the weight is the average") {
  const Run run;
  const ProcessResult result = run.average({run.checkpoint(1), run.checkpoint(2), "--weights=0,2.5"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "averaged 1 of 2 models"));
  CHECK(read_file(run.folder.path() / "average/model.safetensors") ==
        read_file(run.checkpoint(2) + "/model.safetensors"));
}

TEST_CASE("a greedy soup keeps the models with which the average does not become worse") {
  const Run run;
  const ProcessResult result = run.average(
      {run.checkpoint(1), run.checkpoint(2), run.checkpoint(3), "--greedy", "--dataset", run.rows, "--num-threads=1"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(result.output.starts_with("loss on 24 train rows\n"));
  // The best model first; each line has the loss of the average with it.
  std::vector<double> own, tried;
  std::vector<bool> is_in;
  std::vector<std::string> names;
  std::istringstream lines(result.output);
  std::string line, word, name;
  std::getline(lines, line);
  std::getline(lines, line);
  for (int number = 0; number < 3; ++number) {
    double a = 0, b = 0;
    lines >> a >> b >> word >> name;
    own.push_back(a);
    tried.push_back(b);
    is_in.push_back(word == "in");
    names.push_back(name);
  }
  CHECK(std::ranges::is_sorted(own));
  CHECK(is_in.front());
  double value = own.front();
  for (size_t i = 1; i < 3; ++i) {
    CHECK(is_in[i] == (tried[i] <= value));
    if (is_in[i]) value = tried[i];
  }
  CHECK(run.measured(run.folder.path() / "average")["loss"].get<double>() == doctest::Approx(value).epsilon(1e-3));
  CHECK(run.measured(names.front())["loss"].get<double>() == doctest::Approx(own.front()).epsilon(1e-3));
  // The same as the plain average of those that are in.
  std::vector<std::string> chosen;
  for (size_t i = 0; i < 3; ++i) {
    if (is_in[i]) chosen.push_back(names[i]);
  }
  if (chosen.size() > 1) {
    std::ranges::sort(chosen);  // in the order in which they were given
    REQUIRE(run.average(chosen, "plain").exit_code == 0);
    CHECK(read_file(run.folder.path() / "plain/model.safetensors") ==
          read_file(run.folder.path() / "average/model.safetensors"));
  }
  CHECK(contains(read_file(run.folder.path() / "average/README.md"), "A greedy soup"));
}

TEST_CASE("wrong options and models are errors, and leave no folder") {
  const TemporaryFolder folder;
  const std::string output = (folder.path() / "out").string(), other = tiny_model("tiny-distilbert");
  const auto error_of = [&](std::vector<std::string> more, int exit_code) {
    more.insert(more.begin(), {"average", "--output-dir", output});
    const ProcessResult result = run_hone(more);
    CHECK(result.exit_code == exit_code);
    CHECK_FALSE(fs::exists(output));
    return result.error;
  };
  CHECK(contains(error_of({tiny_model()}, 2), "one model is given"));
  CHECK(contains(error_of({tiny_model(), tiny_model(), "--weights=1"}, 2), "there are 1 weights for 2 models"));
  CHECK(contains(error_of({tiny_model(), tiny_model(), "--weights=1,-1"}, 2), "\"-1\" is not a weight"));
  CHECK(contains(error_of({tiny_model(), tiny_model(), "--weights=0,0"}, 2), "all are 0"));
  CHECK(contains(error_of({tiny_model(), tiny_model(), "--weights=1,1", "--greedy"}, 2), "greedy and weights"));
  CHECK(contains(error_of({tiny_model(), tiny_model(), "--weights=1e308,1e308"}, 2), "beyond the largest number"));
  for (const std::string option : {"--dataset=rows.csv", "--split=test", "--metric-for-best-model=accuracy", "--seed=1",
                                   "--per-device-eval-batch-size=8", "--num-threads=1", "--label-column=label"}) {
    CHECK(contains(error_of({tiny_model(), tiny_model(), option}, 2),
                   option.substr(0, option.find('=')) + " is given, but only --greedy reads it"));
  }
  CHECK(contains(error_of({tiny_model(), other}, 1), "cannot be averaged"));
  const std::string rows = folder.write("rows.csv", reviews(9)).string();
  CHECK(contains(
      error_of({tiny_model(), tiny_model(), "--greedy", "--dataset", rows, "--metric-for-best-model=acuracy"}, 2),
      "did you mean \"accuracy\"?"));
  fs::create_directory(output);
  folder.write("out/file", "");
  CHECK(run_hone({"average", tiny_model(), tiny_model(), "--output-dir", output}).exit_code == 2);
}

}  // namespace average_command_test
