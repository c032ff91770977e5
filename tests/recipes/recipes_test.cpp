// Reads every recipe as `hone train --config`, `hone search` and `hone compare --config` do, and checks its contents.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>

#include "base/files.h"
#include "cli/compare_options.h"
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

// Returns whether the recipe is one of hone compare.
bool is_compare(const fs::path& recipe) { return contains(read_file(recipe), "\nprompt: "); }

train::TrainOptions options_of(const std::string& name) {
  return options::read_options<train::TrainOptions>(kFolder / name).options;
}

TEST_CASE("each recipe contains only options of its command, in their current spelling") {
  REQUIRE(recipes().size() >= 3);
  for (const fs::path& recipe : recipes()) {
    CAPTURE(recipe);
    CHECK((is_search(recipe)    ? options::read_options<cli::SearchOptions>(recipe).notes
           : is_compare(recipe) ? options::read_options<cli::CompareOptions>(recipe).notes
                                : options::read_options<train::TrainOptions>(recipe).notes)
              .empty());
  }
}

TEST_CASE("each recipe begins with the command that runs it") {
  for (const fs::path& recipe : recipes()) {
    CAPTURE(recipe);
    const std::string text = read_file(recipe);
    const std::string comment = text.substr(0, text.find("\n\n"));
    CHECK(text.starts_with("# "));
    const std::string command = is_search(recipe)    ? "hone search recipes/"
                                : is_compare(recipe) ? "Qwen3-4B-Instruct-2507 --config recipes/"
                                                     : "hone train --config recipes/";
    CHECK(contains(comment, command + recipe.filename().string()));
  }
}

TEST_CASE("the data that recipes name exists") {
  for (const fs::path& recipe : recipes()) {
    if (is_compare(recipe)) continue;
    CAPTURE(recipe);
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

TEST_CASE("s2-compare is the article's call of generate()") {
  const cli::CompareOptions run = options::read_options<cli::CompareOptions>(kFolder / "s2-compare.yaml").options;
  CHECK(run.input.prompt ==
        "\u8bf7\u5c06\u8fd9\u6bb5\u8bdd\u7ffb\u8bd1\u6210\u82f1\u6587\uff1a\u201c\u6211\u60f3\u5f04\u660e\u767d\u8fd9"
        "\u4e24\u79cd\u5927\u6a21\u578b\u7684\u5dee\u522b\u3002\u201d\u7136\u540e");
  CHECK(run.generation.max_new_tokens == 512);
  CHECK(run.generation.do_sample);
  CHECK(run.generation.temperature == 0.7);
  CHECK(run.generation.top_p == 0.9);
  CHECK(run.apply_chat_template);
}

}  // namespace recipes_test
