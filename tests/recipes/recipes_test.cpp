// Reads every recipe as the command that it is for does, and checks its contents.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>

#include "base/files.h"
#include "cli/eval_options.h"
#include "cli/predict_options.h"
#include "cli/search_options.h"
#include "expect_error.h"
#include "options/parse.h"
#include "train/options.h"

namespace recipes_test {

using namespace hone;
namespace fs = std::filesystem;

const fs::path kFolder = fs::path(HONE_SOURCE_DIR) / "recipes";

std::set<fs::path> recipes() {
  std::set<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") found.insert(entry.path());
  }
  return found;
}

// Returns whether the recipe is one of hone search.
bool is_search(const fs::path& recipe) { return contains(read_file(recipe), "\nsearch:\n"); }

// Returns whether the recipe asks a language model as it is.
bool is_prompt(const fs::path& recipe) { return contains(read_file(recipe), "\ntask: prompt-classification\n"); }

// What hone says of the options, such as old names.
std::vector<std::string> notes_of(const fs::path& recipe) {
  if (is_search(recipe)) return options::read_options<cli::SearchOptions>(recipe).notes;
  if (!is_prompt(recipe)) return options::read_options<train::TrainOptions>(recipe).notes;
  std::vector<std::string> notes = options::read_options<cli::EvalOptions>(recipe).notes;
  const std::vector<std::string> of_predict = options::read_options<cli::PredictOptions>(recipe).notes;
  notes.insert(notes.end(), of_predict.begin(), of_predict.end());
  return notes;
}

train::TrainOptions options_of(const std::string& name) {
  return options::read_options<train::TrainOptions>(kFolder / name).options;
}

TEST_CASE("each recipe contains only options of its commands, in their current spelling") {
  REQUIRE(recipes().size() >= 3);
  for (const fs::path& recipe : recipes()) {
    CAPTURE(recipe);
    CHECK(notes_of(recipe).empty());
  }
}

TEST_CASE("each recipe begins with the command that runs it") {
  for (const fs::path& recipe : recipes()) {
    CAPTURE(recipe);
    const std::string text = read_file(recipe);
    const std::string comment = text.substr(0, text.find("\n\n"));
    CHECK(text.starts_with("# "));
    const std::string command = is_search(recipe)   ? "search recipes/"
                                : is_prompt(recipe) ? "eval --config recipes/"
                                                    : "train --config recipes/";
    CHECK(contains(comment, "build/release/bin/hone " + command + recipe.filename().string()));
  }
}

TEST_CASE("the data that recipes name exists") {
  for (const fs::path& recipe : recipes()) {
    CAPTURE(recipe);
    if (is_prompt(recipe)) {
      const fs::path shots = options::read_options<cli::EvalOptions>(recipe).options.prompt.shots_from;
      CHECK((shots.empty() || fs::exists(fs::path(HONE_SOURCE_DIR) / shots)));
      continue;
    }
    const fs::path dataset = options::read_options<cli::SearchOptions>(recipe).options.train.rows.dataset;
    CHECK((dataset.empty() || fs::exists(fs::path(HONE_SOURCE_DIR) / dataset)));
  }
}

TEST_CASE("imdb-distilbert is the article's run: 1600 rows, three epochs of 100 steps, a tenth of them warm-up") {
  const train::TrainOptions run = options_of("imdb-distilbert.yaml");
  CHECK(run.rows.dataset_config_name == "plain_text");
  CHECK(run.sample.shuffle_seed == 42u);
  CHECK(run.max_train_samples == 1600);
  CHECK(run.sample.max_eval_samples == 400);
  CHECK(run.max_seq_length == 256);
  CHECK_FALSE(run.pad_to_max_length);
  CHECK(run.num_train_epochs == 3);
  CHECK(run.per_device_train_batch_size == 16);
  CHECK(run.per_device_eval_batch_size == 32);
  CHECK(run.learning_rate == 2e-5);
  CHECK(run.warmup_ratio == 0.1);
  CHECK(run.weight_decay == 0.01);
  CHECK(run.logging_steps == 10);
  CHECK(run.eval_strategy == "epoch");
  CHECK(run.save_strategy == "epoch");
  CHECK(run.load_best_model_at_end);
  CHECK(run.metric_for_best_model == "accuracy");
  CHECK(run.greater_is_better == true);
  CHECK(run.seed == 42);
}

TEST_CASE("dummy-sentiment keeps the article's warm-up of 50 steps and its padding") {
  const train::TrainOptions run = options_of("dummy-sentiment.yaml");
  CHECK(run.pad_to_max_length);
  CHECK(run.max_seq_length == 512);
  CHECK(run.warmup_steps == 50);
  CHECK(run.learning_rate == 5e-5);
  CHECK(run.per_device_train_batch_size == 8);
  CHECK(run.logging_steps == 500);
  CHECK(run.eval_strategy == "epoch");
}

TEST_CASE("s4-prompt and s4-few-shot are the article's prompts, word for word") {
  const task::PromptOptions zero = options::read_options<cli::EvalOptions>(kFolder / "s4-prompt.yaml").options.prompt;
  CHECK(zero.prompt ==
        "\u5c06\u4ee5\u4e0b\u7535\u5f71\u8bc4\u8bba\u5206\u7c7b\u4e3a\u2018\u6b63\u9762\u2019\u6216\u2018\u8d1f\u9762"
        "\u2019\uff1a'{text}' \u60c5\u611f\u662f\uff1a");
  CHECK(zero.labels == std::vector<std::string>{"\u8d1f\u9762", "\u6b63\u9762"});
  CHECK(zero.shots == 0);
  const task::PromptOptions few = options::read_options<cli::EvalOptions>(kFolder / "s4-few-shot.yaml").options.prompt;
  CHECK(few.prompt == "\u8bc4\u8bba: \"{text}\" -> \u60c5\u611f: {label}");
  CHECK(few.shots == 2);
  CHECK(few.shots_choice == "first");
  CHECK(few.shots_separator == "\n");
  CHECK(read_file(fs::path(HONE_SOURCE_DIR) / few.shots_from) ==
        "text,label\n\u6211\u7231\u8fd9\u90e8\u7535\u5f71\uff01,"
        "\u6b63\u9762\n\u6d6a\u8d39\u6211\u7684\u65f6\u95f4\u3002,\u8d1f\u9762\n");
}

}  // namespace recipes_test
