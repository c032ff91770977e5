#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace eval_test {

using namespace hone;

std::string fixture_text(const std::string& name) {
  return read_file(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/" + name);
}

// The fixture's texts, with the labels of HF's Trainer's evaluation.
struct Evaluated {
  TemporaryFolder folder;
  Json expected = parse_json(fixture_text("metrics.json"), "metrics.json")["models"]["tiny-bert"];
  std::string rows;

  Evaluated() {
    std::string lines;
    for (size_t row = 0; row < expected["texts"].size(); ++row) {
      // hone eval would skip an empty text.
      if (expected["texts"][row] == "") continue;
      lines += Json({{"text", expected["texts"][row]}, {"label", expected["evaluation"]["labels"][row]}}).dump() + "\n";
    }
    rows = folder.write("rows.jsonl", lines).string();
  }
  ProcessResult eval(std::vector<std::string> more) const {
    more.insert(more.begin(), {"eval", "--precision", "fp32", "--model", tiny_model(), "--num-threads=1"});
    return run_hone(more);
  }
};

TEST_CASE("eval prints a table or JSON with the same numbers, which equal transformers'") {
  const Evaluated data;
  double loss = 0, right = 0;
  const char* const labels[] = {"NEGATIVE", "NEUTRAL", "POSITIVE"};
  for (size_t row = 0; row < data.expected["texts"].size(); ++row) {
    if (data.expected["texts"][row] == "") continue;
    const Json& scores = data.expected["scores"][row];
    const double own = scores[labels[data.expected["evaluation"]["labels"][row].get<size_t>()]].get<double>();
    loss -= std::log(own) / 7;
    right += own == scores.begin()->get<double>();  // the pipeline sorts by score
  }
  const ProcessResult json = data.eval({"--dataset", data.rows, "--json"});
  REQUIRE_MESSAGE(json.exit_code == 0, json.error);
  const Json report = parse_json(json.output, "report");
  CHECK(report["rows"] == 7);
  CHECK(report["loss"].get<double>() == doctest::Approx(loss).epsilon(1e-5));
  CHECK(report["accuracy"].get<double>() == doctest::Approx(right / 7));
  CHECK(report["confusion_matrix"].size() == 3);
  CHECK(contains(json.error, "warning: 1 of 7 rows are longer than 40 tokens and were truncated\n"));

  const ProcessResult table = data.eval({"--dataset", data.rows});
  CHECK(table.output.starts_with(fmt::format("rows      7\nloss      {:.4f}\naccuracy  {:.4f}\n", loss, right / 7)));
  for (const char* line : {"\nlabel         precision  recall      f1  support\n", "\nNEGATIVE  ", "\nmacro  ",
                           "\nmicro  ", "\nweighted  ", "\ntrue \\ predicted  NEGATIVE"}) {
    CHECK(contains(table.output, line));
  }
}

TEST_CASE("eval uses the requested split") {
  const Evaluated data;
  data.folder.write("data/train.csv", reviews(4));
  data.folder.write("data/test.csv", reviews(9));
  const std::string folder = (data.folder.path() / "data").string();
  CHECK(contains(data.eval({"--dataset", folder}).error, "evaluating 9 test rows"));
  CHECK(contains(data.eval({"--dataset", folder, "--split=train"}).error, "evaluating 4 train rows"));
  CHECK(contains(data.eval({"--dataset", folder, "--max-eval-samples=2"}).error, "evaluating 2 test rows"));
  const ProcessResult wrong = data.eval({"--dataset", folder, "--split=tset"});
  CHECK(wrong.exit_code == 1);
  CHECK(contains(wrong.error, "error: the data set has no split \"tset\"\nhint: it has: test, train\n"));
}

TEST_CASE("eval warns if the model was trained on the rows, and names the held-out ones") {
  const Evaluated data;
  data.folder.write("data/train.csv", reviews(20));
  data.folder.write("data/test.csv", reviews(9));
  const std::string dataset = (data.folder.path() / "data").string(), model = (data.folder.path() / "run").string();
  const ProcessResult trained =
      run_hone({"train", "--precision=fp32", "--model", tiny_model(), "--num-threads=1", "--dataset", dataset,
                "--output-dir", model, "--max-steps=1", "--validation-split=0.25", "--eval-strategy=no"});
  REQUIRE_MESSAGE(trained.exit_code == 0, trained.error);
  const auto eval = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"eval", "--precision=fp32", "--model", model, "--num-threads=1", "--dataset"});
    const ProcessResult result = run_hone(more);
    CHECK_MESSAGE(result.exit_code == 0, result.error);
    return result.error;
  };
  const std::string warning = "the model was trained on most of these rows";
  CHECK(contains(eval({dataset, "--split=train"}), warning));
  CHECK(contains(eval({dataset + "/../data", "--split=train"}), "--validation-split 0.25 takes the rows"));
  CHECK(contains(eval({dataset + "/train.csv"}), warning));
  CHECK_FALSE(contains(eval({dataset, "--validation-split=0.25"}), "was trained on"));
  const std::string held_out = "its training held out --validation-split 0.25 with --seed 42";
  CHECK(contains(eval({dataset, "--validation-split=0.5"}), held_out));
  CHECK(contains(eval({dataset, "--validation-split=0.25", "--seed=7"}), held_out));
  CHECK_FALSE(contains(eval({dataset, "--split=test"}), warning));
  CHECK_FALSE(contains(eval({data.folder.write("other.csv", reviews(4)).string()}), warning));
}

TEST_CASE("rows of another task than the model's are an error that names both, with the command that trains for them") {
  const Evaluated data;
  const std::pair<std::string, std::string> files[] = {
      {data.folder.write("scores.csv", "text,score\ngood,1.5\nbad,2.25\n").string(), "regression"},
      {data.folder.write("tags.jsonl", R"({"tokens": ["good", "fun"], "tags": ["B-x", "O"]})").string(),
       "token-classification"},
      {data.folder.write("lists.jsonl", R"({"text": "good", "labels": ["a", "b"]})").string(), "multi-label"}};
  for (const auto& [file, task] : files) {
    const ProcessResult result = data.eval({"--dataset", file});
    CHECK(result.exit_code != 0);
    CHECK(contains(result.error, "error: the model was trained for text-classification, but column "));
    CHECK(contains(result.error, " --dataset " + file + " --task " + task + " --ignore-mismatched-sizes"));
  }
}

TEST_CASE("the error for a label that the model does not have names its row") {
  const Evaluated data;
  const std::string typo = data.folder.write("typo.csv", "text,label\ngood,POSITIVE\nfun,POSITVE\n").string();
  const ProcessResult unknown = data.eval({"--dataset", typo});
  CHECK(unknown.exit_code == 1);
  CHECK(unknown.output.empty());
  CHECK(contains(unknown.error, typo + ":3: label \"POSITVE\" is not one of NEGATIVE, NEUTRAL, POSITIVE\n"));
  CHECK(contains(unknown.error, "hint: did you mean \"POSITIVE\"?\n"));
  const std::string beyond = data.folder.write("beyond.csv", "text,label\ngood,2\nfun,3\n").string();
  CHECK(
      contains(data.eval({"--dataset", beyond}).error, beyond + ":3: label 3 is not below the number of labels, 3\n"));
}

TEST_CASE("eval without rows is a usage error") {
  const ProcessResult result = Evaluated().eval({});
  CHECK(result.exit_code == 2);
  CHECK(result.error == "error: no rows were named\nhint: give --dataset FILE_OR_FOLDER\n");
}

TEST_CASE("eval's loss has the run's label smoothing, or that of its option; so has the run's eval_loss") {
  // HF's LabelSmoother: (1 - e) * nll + e * mean of -log p over the classes, from transformers' own scores.
  const Evaluated data;
  double smoothed = 0, plain = 0;
  const char* const labels[] = {"NEGATIVE", "NEUTRAL", "POSITIVE"};
  for (size_t row = 0; row < data.expected["texts"].size(); ++row) {
    if (data.expected["texts"][row] == "") continue;
    const Json& scores = data.expected["scores"][row];
    double all = 0;
    for (const char* label : labels) all -= std::log(scores[label].get<double>()) / 3;
    const size_t label = data.expected["evaluation"]["labels"][row].get<size_t>();
    const double own = -std::log(scores[labels[label]].get<double>());
    smoothed += (0.8 * own + 0.2 * all) / 7;
    plain += own / 7;
  }
  const std::filesystem::path model = copy_model(data.folder);
  write_file(model / "training_args.json", "{\"label_smoothing_factor\": 0.2}");
  const auto loss = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"eval", "--precision", "fp32", "--model", model.string(), "--num-threads=1", "--dataset",
                               data.rows, "--json"});
    return parse_json(run_hone(more).output, "report")["loss"].get<double>();
  };
  CHECK(loss({}) == doctest::Approx(smoothed).epsilon(1e-5));
  CHECK(loss({"--label-smoothing-factor=0"}) == doctest::Approx(plain).epsilon(1e-5));
  // A run that changes no weight.
  const auto log = data.folder.path() / "log.jsonl";
  const ProcessResult trained =
      run_hone(train_arguments(tiny_model(), data.folder.path() / "out",
                               {"--train-file", data.rows, "--validation-file", data.rows, "--learning-rate=0",
                                "--weight-decay=0", "--max-steps=1", "--eval-strategy=epoch",
                                "--label-smoothing-factor=0.2", "--precision=fp32", "--json-log", log.string()}));
  REQUIRE_MESSAGE(trained.exit_code == 0, trained.error);
  bool is_evaluated = false;
  for (const Json& entry : json_lines(read_file(log))) {
    if (!entry.contains("eval_loss")) continue;
    CHECK(entry["eval_loss"].get<double>() == doctest::Approx(smoothed).epsilon(1e-5));
    is_evaluated = true;
  }
  CHECK(is_evaluated);
}

TEST_CASE("rows in an unknown script are evaluated with a warning") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", "text,label\n\xE9\x85\x92\xE5\xBA\x97,POSITIVE\n").string();
  CHECK(contains(Evaluated().eval({"--dataset", rows}).error,
                 "warning: train rows: 2 of 2 tokens (100.0 %) are unknown to the tokenizer"));
}

TEST_CASE("eval adds confidence intervals on request, equal for equal seeds") {
  const Evaluated data;
  const ProcessResult json = data.eval({"--dataset", data.rows, "--json", "--confidence=0.9", "--num-resamples=100"});
  REQUIRE_MESSAGE(json.exit_code == 0, json.error);
  const Json report = parse_json(json.output, "report");
  CHECK(report["confidence"] == 0.9);
  const Json& accuracy = report["intervals"]["accuracy"];
  CHECK(accuracy[0].get<double>() <= report["accuracy"].get<double>());
  CHECK(accuracy[1].get<double>() >= report["accuracy"].get<double>());
  CHECK(report["intervals"].contains("log_loss"));
  const auto intervals_with = [&](const std::string& seed) {
    const ProcessResult again =
        data.eval({"--dataset", data.rows, "--json", "--confidence=0.9", "--num-resamples=100", "--seed=" + seed});
    return parse_json(again.output, "report")["intervals"].dump();
  };
  CHECK(intervals_with("42") == report["intervals"].dump());
  CHECK(intervals_with("7") != report["intervals"].dump());
  CHECK(contains(data.eval({"--dataset", data.rows, "--confidence=0.9"}).output,
                 "(90 % of the resamples of the rows lie within these limits)\n"));
  CHECK_FALSE(contains(data.eval({"--dataset", data.rows, "--json"}).output, "intervals"));
}

TEST_CASE("eval refuses an option of another task") {
  const Evaluated data;
  const ProcessResult result = data.eval({"--dataset", data.rows, "--label-separator=;"});
  CHECK(result.exit_code == 2);
  CHECK(
      contains(result.error,
               "error: --label-separator is an option of multi-label; the task is text-classification\nhint: leave it "
               "out\n"));
}

bool lacks_stories() {
  if (std::filesystem::exists(tiny_story_model())) return false;
  MESSAGE("skipped: ../shared/models is not here");
  return true;
}

ProcessResult ask(std::vector<std::string> more) {
  more.insert(more.begin(), {"eval", "--precision=fp32", "--num-threads=1", "--model", tiny_story_model()});
  return run_hone(more);
}

// Expected: transformers (tests/fixtures/make_language_task_fixture.py).
TEST_CASE("eval --task causal-lm measures how well a language model predicts a text") {
  if (lacks_stories()) return;
  const TemporaryFolder folder;
  const Json made = parse_json(fixture_text("language_tasks.json"), "language_tasks.json")["text"];
  std::string lines;
  for (const Json& line : made["lines"]) lines += line.get<std::string>() + "\n";
  const std::string text = folder.write("text.txt", lines).string();
  for (const Json& window : made["windows"]) {
    const ProcessResult result = ask({"--task=causal-lm", "--dataset", text, "--json", "--confidence=0.9", "--stride",
                                      window["stride"].dump(), "--max-seq-length", window["length"].dump()});
    REQUIRE_MESSAGE(result.exit_code == 0, result.error);
    const Json report = parse_json(result.output, "report");
    CHECK(report["loss"].get<double>() == doctest::Approx(window["loss"].get<double>()).epsilon(1e-5));
    CHECK(report["perplexity"].get<double>() == doctest::Approx(std::exp(window["loss"].get<double>())).epsilon(1e-5));
    CHECK(report["tokens_per_second"].get<double>() > 0);
    CHECK(report["intervals"].contains("perplexity"));
  }
  const ProcessResult table = ask({"--task=causal-lm", "--dataset", text});
  CHECK(contains(table.output, "\nperplexity    "));
  CHECK(contains(table.output, "(55 tokens in windows of at most 512, 256 apart)\n"));
}

TEST_CASE("a language model is not taken for a classifier, and its options are those of its task") {
  if (lacks_stories()) return;
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(4)).string();
  const auto problem = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--dataset", rows});
    return ask(more).error;
  };
  const ProcessResult as_classifier = run_hone({"eval", "--model", copy_story_model(folder), "--dataset", rows});
  CHECK(contains(as_classifier.error, "hint: ask it as it is, with --task causal-lm or prompt-classification"));
  CHECK(contains(problem({"--task=causal-lm", "--long-text=head"}),
                 "error: long_text is an option of classifiers; the task is causal-lm"));
  CHECK(contains(problem({"--task=causal-lm", "--shots=2"}),
                 "error: --shots is an option of prompt-classification; the task is causal-lm"));
  CHECK(contains(problem({"--task=causal-lm", "--beside", tiny_model()}),
                 "error: a row of causal-lm is neither right nor wrong"));
  CHECK(contains(problem({"--task=prompt-classification", "--labels=a,b"}), "error: there is no prompt"));
  CHECK(contains(problem({"--task=prompt-classification", "--prompt={text}:"}),
                 "error: a classification needs at least two labels"));
}

TEST_CASE("a prompt and a trained classifier stand in one table with McNemar's test") {
  if (lacks_stories()) return;
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(30)).string();
  const std::vector<std::string> asked = {"--task=prompt-classification",
                                          "--prompt=The review: {text} It is ",
                                          "--labels=NEGATIVE,NEUTRAL,POSITIVE",
                                          "--dataset",
                                          rows,
                                          "--label-score=calibrated",
                                          "--shots=3",
                                          "--shots-from",
                                          folder.write("shots.csv", reviews(9)).string()};
  std::vector<std::string> with_json = asked;
  with_json.insert(with_json.end(), {"--beside", tiny_model(), "--json"});
  const ProcessResult json = ask(with_json);
  REQUIRE_MESSAGE(json.exit_code == 0, json.error);
  const Json report = parse_json(json.output, "report");
  CHECK(report["rows"] == 30);
  CHECK(report["confusion_matrix"].size() == 3);
  const Json& beside = report["beside"];
  CHECK(beside["model"] == tiny_model());
  const auto count = [&](const char* name) { return beside[name].get<int>(); };
  CHECK(count("both_right") + count("first_only_right") + count("second_only_right") + count("neither_right") == 30);
  CHECK(count("both_right") + count("first_only_right") == std::lround(30 * report["accuracy"].get<double>()));
  CHECK(count("both_right") + count("second_only_right") == std::lround(30 * beside["accuracy"].get<double>()));
  // The second model alone has the same numbers.
  const ProcessResult alone =
      run_hone({"eval", "--precision=fp32", "--num-threads=1", "--model", tiny_model(), "--dataset", rows, "--json"});
  CHECK(parse_json(alone.output, "report")["loss"] == beside["loss"]);
  std::vector<std::string> as_table = asked;
  as_table.insert(as_table.end(), {"--beside", tiny_model()});
  const ProcessResult table = ask(as_table);
  CHECK(contains(table.output, "\nMcNemar's exact test: p "));
  CHECK(contains(table.output, "\nrows that are right in both "));
}

}  // namespace eval_test
