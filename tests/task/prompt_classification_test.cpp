// Expected scores follow from transformers' log-likelihoods (tests/fixtures/make_language_task_fixture.py).
#include "task/prompt_classification.h"

#include <doctest/doctest.h>

#include <cmath>

#include "captured_log.h"
#include "expect_error.h"
#include "metric/class_scores.h"
#include "table/read.h"
#include "task/classifier_input.h"
#include "task/language_tasks_fixture.h"
#include "temporary_folder.h"

namespace prompt_classification_test {

using namespace hone;

struct Asked {
  text::Tokenizer tokenizer = text::Tokenizer::load(story_model_folder());
  std::shared_ptr<model::Model> model = language_model(story_model_folder());
  task::TaskOptions options;
  std::unique_ptr<task::Task> task;

  explicit Asked(const Json& prompt, const std::string& score = "sum") {
    options.prompt = prompt_options(prompt);
    options.prompt.label_score = score;
  }
  void make() {
    task = task::make_prompt_classification(options, {}, task::Purpose::kUseTrained);
    task->use_model({model, tokenizer, 512, story_model_folder()});
  }
  // The probabilities of the labels for a text.
  std::vector<double> probabilities(const std::string& text) const {
    const task::Question question{text, std::nullopt, {}};
    const task::Question* const one = &question;
    return metric::softmax(task->outputs(*model, {&one, 1}).front().windows.front());
  }
};

// The scores of a row of the fixture, by the definitions of the header.
std::vector<double> expected_scores(const Json& row, const Json& empty, const std::string& kind) {
  std::vector<double> scores = row["log_likelihoods"].get<std::vector<double>>();
  for (size_t label = 0; label < scores.size(); ++label) {
    if (kind == "mean") scores[label] /= static_cast<double>(row["label_ids"][label].size());
    if (kind == "calibrated") scores[label] -= empty["log_likelihoods"][label].get<double>();
  }
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score);
  for (double& score : scores) score /= sum;
  return scores;
}

TEST_CASE("answers are the softmax of the labels' scores, in each of the three ways") {
  if (lacks_story_model()) return;
  const Json fixture = language_tasks_fixture();
  for (const char* const kind : {"sum", "mean", "calibrated"}) {
    for (const Json& prompt : fixture["prompts"]) {
      if (prompt.contains("shots")) continue;
      Asked asked(prompt, kind);
      asked.make();
      const Json& empty = prompt["rows"].back();
      REQUIRE(empty["text"] == "");
      for (const Json& row : prompt["rows"]) {
        const std::vector<double> expected = expected_scores(row, empty, kind);
        const std::vector<double> found = asked.probabilities(row["text"].get<std::string>());
        REQUIRE(found.size() == expected.size());
        for (size_t label = 0; label < found.size(); ++label) {
          CHECK(found[label] == doctest::Approx(expected[label]).epsilon(1e-4));
        }
      }
    }
  }
}

TEST_CASE("rows are evaluated like those of any classifier, with shots, and the loss is that of the true labels") {
  if (lacks_story_model()) return;
  const TemporaryFolder folder;
  for (const Json& prompt : language_tasks_fixture()["prompts"]) {
    Asked asked(prompt);
    std::string shots = "text,label\n", rows;
    for (const Json& shot : prompt.value("shots", Json::array())) {
      shots += shot[0].get<std::string>() + "," + shot[1].get<std::string>() + "\n";
      ++asked.options.prompt.shots;
    }
    asked.options.prompt.shots_choice = "first";
    if (asked.options.prompt.shots > 0) asked.options.prompt.shots_from = folder.write("shots.csv", shots);
    asked.make();
    double loss = 0, num_right = 0, count = 0;
    for (const Json& row : prompt["rows"]) {
      if (row["text"] == "") continue;
      const size_t label = static_cast<size_t>(count++) % 2;
      rows += Json({{"text", row["text"]}, {"label", label}}).dump() + "\n";
      const std::vector<double> expected = expected_scores(row, {}, "sum");
      loss -= std::log(expected[label]);
      num_right += std::ranges::max_element(expected) - expected.begin() == static_cast<ptrdiff_t>(label) ? 1 : 0;
    }
    table::LabelledSplit split{"test", table::read_rows(folder.write("rows.jsonl", rows))};
    asked.task->adopt(std::span(&split, 1));
    const auto examples = asked.task->examples(split.rows, "rows", {asked.tokenizer, asked.model->vocab_size(), 512});
    CHECK(examples->bounds_outputs());
    const auto evaluation = examples->evaluation({.num_worst = 3});
    const std::vector<uint64_t> order = {2, 0, 3, 1};
    evaluation->add(*asked.model, std::span(order).first(3));
    evaluation->add(*asked.model, std::span(order).last(1));
    const metric::Report report = evaluation->report();
    CHECK(report.num_rows == 4);
    CHECK(report.loss == doctest::Approx(loss / count).epsilon(1e-4));
    CHECK(report.value("accuracy") == doctest::Approx(num_right / count));
    CHECK(evaluation->right_rows().size() == 4);
    CHECK(asked.task->facts()["labels"] == prompt["labels"]);
  }
}

TEST_CASE("calibration with shots that differ from text to text compares the same shots with an empty text") {
  if (lacks_story_model()) return;
  const TemporaryFolder folder;
  const Json prompt = language_tasks_fixture()["prompts"].back();
  Asked asked(prompt, "calibrated");
  // Two candidates for two shots: the nearest ones are those of all texts, in one of two orders.
  std::string shots = "text,label\n";
  for (const Json& shot : prompt["shots"])
    shots += shot[0].get<std::string>() + "," + shot[1].get<std::string>() + "\n";
  asked.options.prompt.shots = 2;
  asked.options.prompt.shots_from = folder.write("shots.csv", shots);
  asked.options.prompt.shots_choice = "nearest";
  asked.make();
  std::vector<std::vector<double>> fixed;
  const std::string text = "The boy lost his ball and was sad.";
  const std::vector<double> found = asked.probabilities(text);
  for (const bool is_turned : {false, true}) {
    std::string ordered = "text,label\n";
    for (size_t i = 0; i < 2; ++i) {
      const Json& shot = prompt["shots"][is_turned ? 1 - i : i];
      ordered += shot[0].get<std::string>() + "," + shot[1].get<std::string>() + "\n";
    }
    asked.options.prompt.shots_from = folder.write("ordered.csv", ordered);
    asked.options.prompt.shots_choice = "first";
    asked.make();
    fixed.push_back(asked.probabilities(text));
  }
  const auto is_near = [&](const std::vector<double>& other) { return std::abs(other[0] - found[0]) < 1e-5; };
  CHECK(std::ranges::any_of(fixed, is_near));
}

TEST_CASE("notes tell of texts that were cut, and of tokens that cross the border") {
  if (lacks_story_model()) return;
  Asked asked(language_tasks_fixture()["prompts"][1]);
  asked.task = task::make_prompt_classification(asked.options, {}, task::Purpose::kUseTrained);
  asked.task->use_model({asked.model, asked.tokenizer, 24, story_model_folder()});
  asked.probabilities("a cat");
  asked.probabilities("a cat and a dog and a cat and a dog and a cat and a dog and a cat and a dog");
  const std::vector<std::string> notes = asked.task->output_notes();
  REQUIRE(notes.size() == 2);
  CHECK(notes[0] == "1 of 2 rows are longer than 24 tokens and were truncated");
  CHECK(contains(notes[1], "in 2 of 2 prompts a token holds the end of the prompt and the beginning of a label"));
}

TEST_CASE("rows that are shots too are a warning; a model without a chat template is an error") {
  if (lacks_story_model()) return;
  const TemporaryFolder folder;
  Asked asked(language_tasks_fixture()["prompts"][2]);
  const auto file = folder.write("rows.csv", "text,label\nfun,happy\nrain,sad\n");
  asked.options.prompt.shots = 1;
  asked.options.prompt.shots_choice = "first";
  asked.options.prompt.shots_from = file;
  asked.make();
  table::LabelledSplit split{"test", table::read_rows(file)};
  asked.task->adopt(std::span(&split, 1));
  const std::string log = captured_log(
      [&] { asked.task->examples(split.rows, "test rows", {asked.tokenizer, asked.model->vocab_size(), 512}); });
  CHECK(contains(log, "1 of the test rows are shots too: the model reads their labels"));
  asked.options.prompt.apply_chat_template = true;
  CHECK(contains(expect_error([&] { asked.make(); }).what(), "the model has no chat template"));
}

}  // namespace prompt_classification_test
