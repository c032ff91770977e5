// Trains, evaluates and asks models of translation as a user does. Expected losses: transformers
// (tests/fixtures/make_seq2seq_task_fixture.py).
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <sstream>

#include "base/files.h"
#include "base/json.h"
#include "cli/process.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace translation_test {

using namespace hone;

const Json& fixture() {
  static const Json json = read_json(HONE_SOURCE_DIR "/tests/fixtures/seq2seq_task.json");
  return json;
}

std::string model(const char* name) { return std::string(HONE_SOURCE_DIR) + "/tests/fixtures/seq2seq/" + name; }

std::string lines_of(const char* key) {
  std::string lines;
  for (const Json& row : fixture()["rows"]) lines += row[key].get<std::string>() + "\n";
  return lines;
}

ProcessResult run(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.insert(arguments.end(), {"--precision", "fp32"});
  return run_hone(arguments);
}

std::vector<double> losses_of(const std::filesystem::path& log) {
  std::vector<double> losses;
  std::istringstream lines(read_file(log));
  for (std::string line; std::getline(lines, line);) {
    const Json entry = parse_json(line, "log");
    if (entry.contains("loss")) losses.push_back(entry["loss"].get<double>());
  }
  return losses;
}

std::vector<std::string> training(const std::string& name, const TemporaryFolder& folder) {
  return {"train",
          "--model",
          model(name.c_str()),
          "--max-target-length",
          "9",
          "--max-source-length",
          "30",
          "--per-device-train-batch-size",
          "7",
          "--num-train-epochs",
          "4",
          "--learning-rate",
          "1e-3",
          "--logging-steps",
          "1",
          "--save-strategy",
          "no",
          "--json-log",
          (folder.path() / "log.jsonl").string(),
          "--output-dir",
          (folder.path() / "out").string(),
          "--config-overrides",
          name == "t5" ? "dropout_rate=0" : "dropout=0,attention_dropout=0,activation_dropout=0"};
}

TEST_CASE("training steps on two files of lines have the losses of transformers, with label smoothing") {
  for (const char* name : {"t5", "bart"}) {
    for (const char* smoothing : {"0", "0.1"}) {
      INFO(name, " ", smoothing);
      const TemporaryFolder folder;
      const std::string texts = folder.write("train.en", lines_of("source")).string();
      const std::string targets = folder.write("train.de", lines_of("target")).string();
      const ProcessResult result =
          run(training(name, folder), {"--train-file", texts, "--target-file", targets, "--task", "translation",
                                       "--label-smoothing-factor", smoothing});
      REQUIRE(result.exit_code == 0);
      const std::vector<double> losses = losses_of(folder.path() / "log.jsonl");
      const Json& expected = fixture()["models"][name]["training_losses"][smoothing];
      REQUIRE(losses.size() == 4);
      for (size_t i = 0; i < 4; ++i) CHECK(losses[i] == doctest::Approx(expected[i].get<double>()).epsilon(1e-4));
    }
  }
}

// The rows as a file with the columns of HF's run_translation.
std::string translations(const TemporaryFolder& folder) {
  std::string lines;
  for (const Json& row : fixture()["rows"]) {
    lines += Json{{"translation", {{"en", row["source"]}, {"de", row["target"]}}}}.dump() + "\n";
  }
  return folder.write("rows.jsonl", lines).string();
}

TEST_CASE("eval measures a model's loss, BLEU and chrF; predict answers texts and files") {
  const Json& expected = fixture()["models"]["marian"];
  const TemporaryFolder folder;
  const ProcessResult eval = run({"eval", "--model", model("marian"), "--dataset", translations(folder),
                                  "--source-lang", "en", "--target-lang", "de", "--max-target-length", "9"},
                                 {"--predict-with-generate", "--num-beams", "3", "--json"});
  CHECK(eval.exit_code == 0);
  const Json report = parse_json(eval.output, "report");
  CHECK(report["loss"].get<double>() == doctest::Approx(expected["losses"]["0"].get<double>()).epsilon(1e-4));
  CHECK(report["bleu"].get<double>() == doctest::Approx(expected["answers"][1]["bleu"].get<double>()));
  CHECK(report["chrf"].get<double>() == doctest::Approx(expected["answers"][1]["chrf"].get<double>()).epsilon(1e-6));
  const std::vector<std::string> predict{
      "predict", "--model", model("marian"), "--num-beams", "3", "--generation-max-length", "9"};
  const std::string first = fixture()["rows"][0]["source"].get<std::string>();
  const ProcessResult one = run(predict, {"--text", first, "--json"});
  CHECK(one.exit_code == 0);
  CHECK(parse_json(one.output, "answer")["translation_text"] == expected["answers"][1]["texts"][0]);
  const std::string file = folder.write("texts.csv", "text\n" + lines_of("source")).string();
  const std::string output = (folder.path() / "out.jsonl").string();
  CHECK(run(predict, {"--file", file, "--output", output}).exit_code == 0);
  std::istringstream lines(read_file(output));
  std::vector<Json> answers;
  for (std::string line; std::getline(lines, line);) answers.push_back(parse_json(line, "answer"));
  REQUIRE(answers.size() == 7);
  for (size_t i = 0; i < 7; ++i) CHECK(answers[i]["translation_text"] == expected["answers"][1]["texts"][i]);
}

TEST_CASE("a run evaluates with generated answers, keeps its options, and is a model that hone asks") {
  const TemporaryFolder folder;
  const ProcessResult trained =
      run(training("t5", folder),
          {"--dataset", translations(folder), "--validation-file", translations(folder), "--source-lang", "en",
           "--target-lang", "de", "--source-prefix", "w9 ", "--eval-strategy", "epoch", "--predict-with-generate",
           "--generation-max-length", "6", "--metric-for-best-model", "chrf"});
  CHECK(trained.exit_code == 0);
  CHECK(contains(trained.error + trained.output, "chrf"));
  const std::string out = (folder.path() / "out").string();
  CHECK(read_json(folder.path() / "out" / "config.json")["text2text_task"] == "translation");
  CHECK_FALSE(read_json(folder.path() / "out" / "config.json").contains("id2label"));
  const ProcessResult eval = run({"eval", "--model", out, "--dataset", translations(folder)}, {"--json"});
  CHECK(eval.exit_code == 0);
  CHECK(parse_json(eval.output, "report").contains("loss"));
  CHECK(run({"predict", "--model", out}, {"--text", "w7 w8"}).exit_code == 0);
  CHECK(run({"generate", "--model", out}, {"--prompt", "w7 w8", "--max-new-tokens", "4"}).exit_code == 0);
}

TEST_CASE("wrong pairs are errors") {
  const TemporaryFolder folder;
  const std::string texts = folder.write("train.en", "w7\nw8\nw9\n").string();
  const std::string targets = folder.write("train.de", "w7\nw8\n").string();
  const ProcessResult unequal = run(training("t5", folder), {"--train-file", texts, "--target-file", targets});
  CHECK(unequal.exit_code == 1);
  CHECK(contains(unequal.error, "train.en has 3 lines, "));
  CHECK(contains(unequal.error, "train.de has 2"));
  CHECK(contains(run(training("t5", folder), {"--target-file", targets}).error,
                 "target_file is given without the texts"));
  CHECK(contains(run(training("t5", folder), {"--train-file", texts, "--validation-target-file", targets}).error,
                 "validation_target_file is given without validation_file"));
}

}  // namespace translation_test
