// Token classification as a user runs it: the recipe ner-wnut17 with a few steps on a tiny model.
#include <doctest/doctest.h>

#include "base/files.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace tagging_test {

using namespace hone;

namespace fs = std::filesystem;

// `count` sentences of four words, a word a line with its tag.
std::string sentences(int count) {
  const char* const names[] = {"brilliant\tB-person\nactor\tI-person", "great\tB-place\nplot\tI-place"};
  std::string text = "-DOCSTART-\tO\n\n";
  for (int row = 0; row < count; ++row) text += std::string("the\tO\n") + names[row % 2] + "\nwas\tO\n\t\n";
  return text;
}

struct TaggingRun {
  TemporaryFolder folder;
  fs::path out = folder.path() / "out";

  ProcessResult train(const std::string& model, const fs::path& output, const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"--config", std::string(HONE_SOURCE_DIR) + "/recipes/ner-wnut17.yaml",
                                          "--max-seq-length=40"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_hone(train_arguments(model, output, arguments));
  }
  std::string file(const std::string& name, const std::string& content) const {
    return folder.write(name, content).string();
  }
};

TEST_CASE("the recipe ner-wnut17 trains on words with tags, and saves transformers' token classifier") {
  const TaggingRun run;
  const std::vector<std::string> data = {"--train-file", run.file("train.conll", sentences(40)), "--validation-file",
                                         run.file("dev.conll", sentences(8))};
  std::vector<std::string> few = data;
  few.insert(few.end(),
             {"--num-train-epochs=2", "--learning-rate=0.01", "--warmup-ratio=0", "--ignore-mismatched-sizes"});
  const ProcessResult result = run.train(tiny_model(), run.out, few);
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "rows      40 for training, 8 validation rows for evaluation"));

  const Json config = read_json(run.out / "config.json");
  CHECK(config["architectures"] == Json({"BertForTokenClassification"}));
  CHECK(config["id2label"] ==
        Json({{"0", "B-person"}, {"1", "B-place"}, {"2", "I-person"}, {"3", "I-place"}, {"4", "O"}}));
  const Json state = read_json(run.out / "trainer_state.json");
  std::vector<Json> evaluations;
  for (const Json& entry : state["log_history"]) {
    if (entry.contains("eval_loss")) evaluations.push_back(entry);
  }
  REQUIRE(evaluations.size() == 2);
  for (const char* name : {"eval_precision", "eval_recall", "eval_f1", "eval_accuracy", "eval_f1_strict"}) {
    CHECK(evaluations.back().contains(name));
  }
  CHECK(evaluations.back()["eval_loss"].get<double>() < evaluations.front()["eval_loss"].get<double>());
  CHECK(contains(read_file(run.out / "README.md"), "pipeline_tag: token-classification\n"));
  const Json run_json = read_json(run.out / "run.json");
  CHECK(run_json["task"] == "token-classification");
  CHECK(run_json["entity_types"] == Json({"person", "place"}));

  SUBCASE("a training that starts from this model keeps its task and its tags") {
    const fs::path again = run.folder.path() / "again";
    std::vector<std::string> arguments = {"--train-file", data[1], "--max-steps=1"};
    const ProcessResult second = run_hone(train_arguments(run.out.string(), again, arguments));
    REQUIRE_MESSAGE(second.exit_code == 0, second.error);
    CHECK_FALSE(contains(second.error, "newly initialized"));
    CHECK(read_json(again / "config.json")["id2label"] == config["id2label"]);
  }
}

TEST_CASE("words and tags in the rows choose token classification by themselves") {
  const TaggingRun run;
  const std::string rows = run.file("rows.jsonl",
                                    "{\"tokens\": [\"the\", \"actor\"], \"ner_tags\": [\"O\", \"B-x\"]}\n"
                                    "{\"tokens\": [\"plot\"], \"ner_tags\": [\"O\"]}\n");
  const ProcessResult result = run_hone(
      train_arguments(tiny_model(), run.out, {"--dataset", rows, "--max-steps=1", "--ignore-mismatched-sizes"}));
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "so the task is token-classification (--task chooses another)"));
}

TEST_CASE("a file whose lines have unequally many columns ends the run before its first step") {
  const TaggingRun run;
  const ProcessResult result = run.train(
      tiny_model(), run.out,
      {"--train-file", run.file("train.conll", "the\tO\nactor\n"), "--validation-file", run.file("v.conll", "a\tO\n")});
  CHECK(result.exit_code == 1);
  CHECK(contains(result.error, "train.conll:2: 1 column in this line, but 2 in the lines before"));
  CHECK(contains(result.error, "hint: each line is a word and, last, its tag"));
}

}  // namespace tagging_test
