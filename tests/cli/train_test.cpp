#include <doctest/doctest.h>

#include <set>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace train_test {

using namespace hone;

namespace fs = std::filesystem;

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

std::set<std::string> keys_of(const Json& json) {
  std::set<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.insert(key);
  return keys;
}

std::vector<Json> entries_with(const std::vector<Json>& log, const char* key) {
  std::vector<Json> entries;
  for (const Json& entry : log) {
    if (entry.contains(key)) entries.push_back(entry);
  }
  return entries;
}

// Returns what a run of one step on `rows` logs before its first step.
std::string said(const std::string& rows, const std::vector<std::string>& more) {
  const TemporaryFolder folder;
  std::vector<std::string> arguments = {"--train-file", folder.write("rows.csv", rows).string(), "--max-steps=1",
                                        "--logging-steps=1", "--max-seq-length=40"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const ProcessResult result = run_hone(train_arguments(tiny_model(), folder.path() / "out", arguments));
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  // The warning comes before the report of the run's end.
  const size_t warned = result.error.find("warning: "), ended = result.error.find("\ntrained ");
  REQUIRE(ended != std::string::npos);
  CHECK((warned == std::string::npos || warned < ended));
  return result.error;
}

TEST_CASE("a run writes a complete model folder with its checkpoints, and a log with HF's keys") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out", log_path = folder.path() / "logs" / "log.jsonl";
  const std::string rows = folder.write("rows.csv", reviews(30)).string();
  const ProcessResult result = run_hone(train_arguments(
      tiny_model("tiny-distilbert"), out,
      {"--dataset", rows, "--validation-split=0.2", "--eval-strategy=epoch", "--save-strategy=epoch",
       "--logging-steps=2", "--json-log", log_path.string(), "--warmup-ratio=0.1", "--max-seq-length=40"}));
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  const std::set<std::string> model_files = {"config.json",           "model.safetensors",       "tokenizer.json",
                                             "tokenizer_config.json", "special_tokens_map.json", "vocab.txt",
                                             "training_args.json",    "trainer_state.json"};
  std::set<std::string> expected = model_files;
  expected.insert({"README.md", "checkpoint-3", "checkpoint-6", "checkpoint-9", "run.json", "metrics.jsonl",
                   "evaluations", "examples.json"});
  CHECK(names_in(out) == expected);
  expected = model_files;
  expected.insert({"optimizer.safetensors", "hone_state.json", "manifest.json"});
  CHECK(names_in(out / "checkpoint-6") == expected);

  SUBCASE("config.json has the labels, the problem type, the class and the number format") {
    const Json config = read_json(out / "config.json");
    CHECK(config["id2label"].dump() == R"({"0":"NEGATIVE","1":"NEUTRAL","2":"POSITIVE"})");
    CHECK(config["label2id"].dump() == R"({"NEGATIVE":0,"NEUTRAL":1,"POSITIVE":2})");
    CHECK(config["problem_type"] == "single_label_classification");
    CHECK(config["architectures"] == Json({"DistilBertForSequenceClassification"}));
    CHECK(config["dtype"] == "float32");
  }
  SUBCASE("the arguments, the state and the model card say how the model was made") {
    const Json arguments = read_json(out / "training_args.json");
    CHECK(arguments["eval_strategy"] == "epoch");
    CHECK(arguments["warmup_ratio"] == 0.1);
    CHECK(arguments["seed"] == 42);
    const Json state = read_json(out / "trainer_state.json");
    CHECK(state["global_step"] == 9);
    CHECK(state["max_steps"] == 9);
    CHECK(state["epoch"] == 3.0);
    CHECK(state["log_history"] == Json(json_lines(read_file(log_path))));
    const std::string card = read_file(out / "README.md");
    CHECK(card.starts_with("---\nlibrary_name: transformers\npipeline_tag: text-classification\n"));
    CHECK(contains(card, "NEGATIVE, NEUTRAL, POSITIVE"));
  }
  SUBCASE("the log has HF's keys, steps and learning rates") {
    const std::vector<Json> log = json_lines(read_file(log_path));
    const std::vector<Json> training = entries_with(log, "loss"), evaluations = entries_with(log, "eval_loss");
    REQUIRE(training.size() == 4);
    CHECK(keys_of(training[0]) ==
          std::set<std::string>{"loss", "grad_norm", "learning_rate", "tokens_per_second", "epoch", "step"});
    CHECK(training[0]["step"] == 2);
    CHECK(training[0]["epoch"].get<double>() == doctest::Approx(2.0 / 3));
    // One warm-up step of nine (ceil(0.9)). The second step is the first one at the peak rate.
    CHECK(training[0]["learning_rate"].get<double>() == doctest::Approx(5e-5));
    CHECK(training[1]["learning_rate"].get<double>() == doctest::Approx(5e-5 * 6 / 8));
    REQUIRE(evaluations.size() == 3);
    for (const char* key : {"eval_loss", "eval_accuracy", "eval_runtime", "eval_samples_per_second",
                            "eval_steps_per_second", "epoch", "step"}) {
      CHECK(evaluations[0].contains(key));
    }
    CHECK(keys_of(log.back()) == std::set<std::string>{"train_runtime", "train_samples_per_second",
                                                       "train_steps_per_second", "train_tokens_per_second",
                                                       "train_loss", "epoch", "step"});
  }
  SUBCASE("standard output has the log lines, standard error the description of the run") {
    CHECK(result.output.starts_with("step 2/9  epoch 0.67  loss "));
    CHECK(contains(result.output, "step 9/9  epoch 3.00  eval_loss "));
    CHECK(contains(result.error, "rows      24 for training, 6 held-out rows for evaluation; NEGATIVE (8), "));
    CHECK(contains(result.error, "run       9 steps of 8 rows, 3 an epoch, 1 warm-up; learning rate 5e-05 linear"));
    CHECK(contains(result.error, "try it    hone predict --model "));
  }
  SUBCASE("hone eval on the saved folder returns the last evaluation of the log") {
    const Json last = entries_with(json_lines(read_file(log_path)), "eval_loss").back();
    const ProcessResult again = run_hone(
        {"eval", "--model", out.string(), "--dataset", rows, "--validation-split=0.2", "--json", "--num-threads=1"});
    REQUIRE(again.exit_code == 0);
    const Json report = parse_json(again.output, "report");
    CHECK(report["rows"] == 6);
    CHECK(report["loss"].get<double>() == doctest::Approx(last["eval_loss"].get<double>()).epsilon(1e-6));
    CHECK(report["accuracy"] == last["eval_accuracy"]);
  }
}

TEST_CASE("the recipe of 1,600 reviews has 300 steps, 30 of warm-up, 30 log lines and 13 evaluation batches") {
  const TemporaryFolder folder;
  const fs::path model = copy_model(folder, {"model.safetensors"}, "tiny-distilbert"), out = folder.path() / "out";
  folder.write("imdb/plain_text/train-00000-of-00001.csv", reviews(1700, {"0", "1"}));
  folder.write("imdb/plain_text/test-00000-of-00001.csv", reviews(450, {"0", "1"}));
  const ProcessResult result =
      run_hone({"train", "--config", std::string(HONE_SOURCE_DIR) + "/recipes/imdb-distilbert.yaml", "--model",
                model.string(), "--dataset", (folder.path() / "imdb").string(), "--output-dir", out.string(),
                "--num-threads=1", "--max-seq-length=40"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "rows      1600 for training, 400 test rows for evaluation"));
  CHECK(contains(result.error, "run       300 steps of 16 rows, 100 an epoch, 30 warm-up"));
  CHECK(contains(result.error, "test rows evaluate the training"));
  const Json state = read_json(out / "trainer_state.json");
  const std::vector<Json> log = state["log_history"].get<std::vector<Json>>();
  CHECK(entries_with(log, "loss").size() == 30);
  const std::vector<Json> evaluations = entries_with(log, "eval_loss");
  REQUIRE(evaluations.size() == 3);
  CHECK(evaluations[0]["eval_samples_per_second"].get<double>() /
            evaluations[0]["eval_steps_per_second"].get<double>() ==
        doctest::Approx(400.0 / 13).epsilon(1e-4));
  for (const char* checkpoint : {"checkpoint-100", "checkpoint-200", "checkpoint-300"}) {
    CHECK(fs::exists(out / checkpoint / "model.safetensors"));
  }
  // The folder itself holds the best model.
  const std::string best = "checkpoint-" + std::to_string(state["best_global_step"].get<int>());
  CHECK(read_file(out / "model.safetensors") == read_file(out / best / "model.safetensors"));
}

TEST_CASE("a warm-up longer than half the run is reported before it starts") {
  CHECK(contains(said(reviews(9), {"--max-steps=5", "--warmup-steps=3"}), "warning: the warm-up takes 3 of 5 steps"));
  CHECK_FALSE(contains(said(reviews(9), {"--max-steps=6", "--warmup-steps=3"}), "warm-up takes"));
}

TEST_CASE("logging_steps beyond the last step are reported") {
  CHECK(contains(said(reviews(9), {"--logging-steps=2"}),
                 "warning: logging_steps is 2, but the run has 1 step: no training loss will be logged"));
  CHECK_FALSE(contains(said(reviews(9), {}), "logging_steps"));
}

TEST_CASE("truncated rows are counted") {
  // Two of the nine rows have six tokens with [CLS] and [SEP] ("boring" and "fun" are one token) and fit.
  std::string rows = "text,label\n";
  for (const char* label : {"NEGATIVE", "NEUTRAL", "POSITIVE"})
    rows += std::string("the movie was fun,") + label + "\n";
  rows += "the movie was a good movie,POSITIVE\n";
  CHECK(
      contains(said(rows, {"--max-seq-length=6"}),
               "warning: 1 of 4 training rows (25.0 %) are longer than max_seq_length 6 and were truncated; the model "
               "does not see 7.7 % of all tokens"));
  CHECK(contains(said(rows, {"--max-seq-length=128"}), "max_seq_length is 128, but the model takes at most 40 tokens"));
}

TEST_CASE("the warning about classes without training rows names them") {
  const std::string rows = reviews(9, {"NEGATIVE", "POSITIVE"});
  CHECK(contains(said(rows, {"--id2label=NEGATIVE,NEUTRAL,POSITIVE"}),
                 "warning: no training row has the label NEUTRAL, so the model cannot learn it."));
}

TEST_CASE("options of the range test do not start a training") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(9)).string();
  const auto train = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"--dataset", rows, "--max-steps=1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_hone(train_arguments(tiny_model(), folder.path() / "out", arguments));
  };
  for (const std::string option : {"--find-lr-min", "--find-lr-max", "--find-lr-steps"}) {
    const ProcessResult result = train({option, "50"});
    CHECK(result.exit_code == 2);
    CHECK(contains(result.error, option + " is given, but only --find-lr reads it"));
    CHECK_FALSE(fs::exists(folder.path() / "out"));
  }
  // A saved configuration has every option.
  const std::string saved = folder.write("saved.json", R"({"find_lr": false, "find_lr_steps": 100})").string();
  CHECK(train({"--config", saved}).exit_code == 0);
}

TEST_CASE("padding short rows to 512 is reported as unnecessary") {
  CHECK(contains(said(reviews(9), {"--pad-to-max-length"}), "warning: pad_to_max_length would add "));
}

TEST_CASE("choosing the best model on test rows is reported") {
  const TemporaryFolder folder;
  const std::string test = folder.write("test.csv", reviews(6)).string();
  CHECK(contains(said(reviews(9), {"--test-file", test, "--eval-strategy=epoch"}),
                 "warning: there are no validation rows, so test rows evaluate the training"));
}

TEST_CASE("the same command resumes a stopped run, and trainer_state.json shows its progress") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(24)).string();
  const std::vector<std::string> first = train_arguments(tiny_model(), folder.path() / "out",
                                                         {"--dataset", rows, "--max-steps=6", "--stop-after-steps=4"});
  const ProcessResult stopped = run_hone(first);
  CHECK(stopped.exit_code == 0);
  CHECK(contains(stopped.error, "stopped at step 4 of 6, saved in "));
  CHECK(fs::exists(folder.path() / "out" / "checkpoint-4" / "manifest.json"));
  CHECK_FALSE(fs::exists(folder.path() / "out" / "model.safetensors"));
  std::vector<std::string> second = first;
  second.insert(second.end(), {"--resume-from-checkpoint=true", "--stop-after-steps=0", "--learning-rate=1e-4"});
  const ProcessResult resumed = run_hone(second);
  CHECK(resumed.exit_code == 0);
  CHECK(contains(resumed.error, "checkpoint-4 at step 4\n"));
  CHECK(contains(resumed.error,
                 "warning: these options differ from the checkpoint's, so the resumed run will differ from the first "
                 "one: learning_rate"));
  CHECK(read_json(folder.path() / "out" / "trainer_state.json")["global_step"] == 6);
}

TEST_CASE("resuming without a checkpoint starts a new run, with a note") {
  CHECK(contains(said(reviews(9), {"--resume-from-checkpoint=true"}), "to resume from: starting anew"));
}

TEST_CASE("the machine line states the run's number format, and why it was chosen") {
  const std::string rows = reviews(12);
  CHECK(contains(said(rows, {"--precision=fp32"}), "1 thread, fp32 (as asked)\n"));
  const bool has_bf16 = contains(run_hone({"devices"}).output, "bf16       native\n");
  CHECK(contains(said(rows, {}), has_bf16 ? " bf16 (the processor has " : " fp32 (the processor has no bf16"));
  if (has_bf16) CHECK(contains(said(rows, {"--precision=bf16"}), "1 thread, bf16 (as asked)\n"));
}

TEST_CASE("a precision that the current level lacks is an error that says what to do") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(12)).string();
  const ProcessResult result =
      run_shell(fmt::format("HONE_CPU=avx2 $HONE train --model {} --dataset {} --output-dir {} "
                            "--precision bf16",
                            tiny_model(), rows, (folder.path() / "out").string()));
  CHECK(result.exit_code == 1);
  CHECK(contains(result.error, "error: precision is \"bf16\", but "));
  CHECK(contains(result.error, "no bf16 instructions"));
  CHECK(contains(result.error, "leave --precision out"));
}

TEST_CASE("a head that was trained for another task and does not fit is an error that says so") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("scores.csv", "text,score\ngood,1.5\nbad,2.25\n").string();
  const ProcessResult result = run_hone(train_arguments(tiny_model(), folder.path() / "out", {"--dataset", rows}));
  CHECK(result.exit_code == 1);
  CHECK(contains(result.error, "error: the model was trained for text-classification, the task is regression: "));
  CHECK(contains(result.error,
                 "--ignore-mismatched-sizes starts with a new head; --task text-classification trains the saved one"));
}

TEST_CASE("a log that would overwrite the rows is refused") {
  const TemporaryFolder folder;
  const std::string content = reviews(30), file = folder.write("data/train.csv", content).string();
  const std::string link = (folder.path() / "link.csv").string(), dataset = (folder.path() / "data").string();
  std::filesystem::create_symlink(file, link);
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--dataset", file, "--json-log", file},
                                               {"--dataset", dataset, "--json-log", link},
                                               {"--train-file", file, "--json-log", link},
                                               {"--dataset", dataset, "--validation-file", file, "--json-log", file}}) {
    const ProcessResult result = run_hone(train_arguments(tiny_model(), folder.path() / "out", more));
    CHECK(result.exit_code == 2);
    CHECK(contains(result.error, " are the same file: writing it would destroy the input\n"));
    CHECK(read_file(file) == content);
  }
  const std::string notes = folder.write("notes.txt", "mine").string();
  const ProcessResult other =
      run_hone(train_arguments(tiny_model(), folder.path() / "out", {"--dataset", file, "--json-log", notes}));
  CHECK(other.exit_code == 2);
  CHECK(contains(other.error, "error: --json-log " + notes + " already exists\n"));
  CHECK(contains(other.error, "hint: give another name; --overwrite-output-dir replaces the run and its log\n"));
  CHECK(read_file(notes) == "mine");
}

// Trains a tiny model for a few steps on a file of rows and evaluates it on the same rows.
struct TrainedTask {
  TrainedTask(const std::string& name, const std::string& rows, const std::vector<std::string>& more) {
    const std::string file = folder.write(name, rows).string();
    std::vector<std::string> arguments = {"--dataset",
                                          file,
                                          "--max-steps=4",
                                          "--logging-steps=2",
                                          "--eval-strategy=steps",
                                          "--eval-steps=2",
                                          "--validation-split=0.25",
                                          "--save-strategy=no",
                                          "--ignore-mismatched-sizes",
                                          "--max-seq-length=40",
                                          "--precision=fp32"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    trained = run_hone(train_arguments(tiny_model(), out, arguments));
    if (trained.exit_code != 0) return;
    std::vector<std::string> evaluate = {"eval", "--model",         out.string(), "--dataset",
                                         file,   "--num-threads=1", "--json"};
    for (const std::string& option : more) {
      if (option.starts_with("--target-columns")) evaluate.push_back(option);
    }
    const ProcessResult evaluated = run_hone(evaluate);
    REQUIRE_MESSAGE(evaluated.exit_code == 0, evaluated.error);
    report = parse_json(evaluated.output, "report");
    config = read_json(out / "config.json");
    run = read_json(out / "run.json");
  }

  TemporaryFolder folder;
  fs::path out = folder.path() / "out";
  ProcessResult trained;
  Json report, config, run;
};

std::string ratings(int count) {
  std::string text = "text,score\n";
  for (int row = 0; row < count; ++row)
    text += fmt::format("a movie {},{}\n", row % 2 == 0 ? "good" : "bad", row % 5 + 0.5);
  return text;
}

TEST_CASE("numbers with fractions train a regression, which eval measures and the run's files describe") {
  const TrainedTask with("rows.csv", ratings(40), {"--metric-for-best-model=spearman"});
  REQUIRE_MESSAGE(with.trained.exit_code == 0, with.trained.error);
  CHECK(contains(with.trained.error, "so the task is regression"));
  CHECK(contains(with.trained.error, "30 for training, 10 held-out rows for evaluation; score 0.5 to 4.5,"));
  CHECK(contains(with.trained.output, "  rmse "));
  CHECK(with.config["problem_type"] == "regression");
  CHECK(with.config["id2label"].size() == 1);
  CHECK(with.run["task"] == "regression");
  CHECK(with.run["best"]["metric"] == "eval_spearman");
  CHECK(with.run["metrics"][1].dump() == R"({"name":"rmse","better":"lower","in_log":true})");
  for (const char* key : {"mse", "rmse", "mae", "r2", "pearson", "spearman", "loss"}) CHECK(with.report.contains(key));
  CHECK(with.report["mse"].get<double>() == doctest::Approx(with.report["loss"].get<double>()).epsilon(1e-5));
  CHECK(with.report["residuals"]["counts"].size() == 20);
  CHECK(contains(read_file(with.out / "README.md"), "| step | epoch | loss | rmse | spearman |"));
}

TEST_CASE("lists of labels train a multi-label model, which eval measures") {
  std::string rows;
  for (int row = 0; row < 40; ++row) {
    rows += fmt::format("{{\"text\": \"a movie {}\", \"labels\": {}}}\n", row % 2 == 0 ? "good" : "bad",
                        row % 2 == 0   ? "[\"fun\", \"love\"]"
                        : row % 3 == 0 ? "[]"
                                       : "[\"boring\"]");
  }
  const TrainedTask with("rows.jsonl", rows, {});
  REQUIRE_MESSAGE(with.trained.exit_code == 0, with.trained.error);
  CHECK(contains(with.trained.error, "so the task is multi-label"));
  CHECK(with.config["problem_type"] == "multi_label_classification");
  CHECK(with.report["labels"] == Json({"boring", "fun", "love"}));
  for (const char* key : {"accuracy", "f1_micro", "f1_macro", "f1_samples", "hamming_loss", "average_precision"}) {
    CHECK(with.report.contains(key));
  }
  CHECK(with.report["per_label"]["fun"]["support"] == 20);
  const ProcessResult predicted =
      run_hone({"predict", "--model", with.out.string(), "--text", "a movie", "--json", "--num-threads=1"});
  double sum = 0;
  for (const auto& [label, score] : parse_json(predicted.output, "prediction")["scores"].items())
    sum += score.get<double>();
  CHECK(std::abs(sum - 1) > 1e-3);  // a sigmoid for each label, not a softmax
}

TEST_CASE("columns of 0 and 1 are multi-label; a metric of another task is an error that names the task's own") {
  std::string rows = "text,rude,kind\n";
  for (int row = 0; row < 24; ++row) rows += fmt::format("a movie {},{},{}\n", row, row % 2, row % 3 == 0 ? 1 : 0);
  const TrainedTask with("rows.csv", rows, {"--target-columns=rude,kind"});
  REQUIRE_MESSAGE(with.trained.exit_code == 0, with.trained.error);
  CHECK(with.run["task"] == "multi-label");
  CHECK(with.report["labels"] == Json({"rude", "kind"}));
  const TrainedTask wrong("rows.csv", ratings(40), {"--metric-for-best-model=accuracy"});
  CHECK(wrong.trained.exit_code == 2);
  CHECK(contains(wrong.trained.error, "unknown metric_for_best_model \"accuracy\""));
  CHECK(contains(wrong.trained.error, "spearman"));
}

TEST_CASE("a language model is fine-tuned as a classifier by its last token, without a pad token") {
  if (!fs::exists(tiny_story_model())) {
    MESSAGE("skipped: ../shared/models is not here");
    return;
  }
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string(), rows = folder.write("rows.csv", reviews(60)).string();
  const ProcessResult trained = run_hone(train_arguments(
      copy_story_model(folder), out,
      {"--dataset", rows, "--task=text-classification", "--num-train-epochs=6", "--learning-rate=2e-3",
       "--per-device-train-batch-size=8", "--eval-strategy=no", "--save-strategy=no", "--precision=fp32"}));
  REQUIRE_MESSAGE(trained.exit_code == 0, trained.error);
  const Json config = read_json(out + "/config.json");
  CHECK(config["architectures"][0] == "LlamaForSequenceClassification");
  CHECK_FALSE(config.contains("pad_token_id"));
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.begin() + 1, {"--model", out, "--num-threads=1", "--precision=fp32", "--json"});
    const ProcessResult result = run_hone(more);
    REQUIRE_MESSAGE(result.exit_code == 0, result.error);
    return json_lines(result.output);
  };
  CHECK(run({"eval", "--dataset", rows}).front()["accuracy"].get<double>() > 0.8);
  // Texts of different lengths do not change each other's scores.
  const std::vector<Json> together =
      run({"predict", "the movie was fun", "the movie was bad and awful and boring and a plot in time"});
  const Json alone = run({"predict", "the movie was fun"}).front();
  CHECK(together.front()["score"].get<double>() == doctest::Approx(alone["score"].get<double>()).epsilon(1e-5));
}

}  // namespace train_test
