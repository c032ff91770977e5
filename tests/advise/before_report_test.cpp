#include "advise/before_report.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

#include "advise/made_before.h"
#include "base/terminal.h"
#include "expect_error.h"

namespace before_report_test {

using namespace hone;
using namespace hone::advise;

BeforeReport report_of(const Before& before) {
  const BatchPlan batch = fitting_batch(before.measured[0], 16, before.memory_bytes);
  return report_before(
      before, batch,
      {given_choice("model_name_or_path", before.model().folder), given_choice("dataset", "my rows.csv")},
      choose(before, batch));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("the text has all parts, and no text of the files controls the terminal") {
  Before before = made_before();
  before.checkpoints[0].folder = "models/\x1b[31m";
  before.checkpoints.push_back({.folder = "broken", .error = "has no config.json"});
  before.rows.classes[0].name = "a\x1b[0m";
  const std::string text = to_text(report_of(before), Language::kEnglish, 80);
  CHECK_FALSE(contains(text, "\x1b"));
  for (const char* part :
       {"The rows\n", "The checkpoints on 4000 of the rows\n", "broken: cannot be used: has no config.json",
        "What to look at\n", "Values for hone train\n", "Time and memory on this machine", "everything",
        "The whole command\nhone train \\\n", "    --dataset 'my rows.csv'"}) {
    CAPTURE(part);
    CHECK(contains(text, part));
  }
  CHECK(contains(text, "05:32"));  // 2 s, and 3 epochs of 110 s
  CHECK(contains(text, "1.16 GB"));
}

TEST_CASE("sentences keep to the width in both languages") {
  for (const Before& before : made_cases()) {
    for (const Language language : {Language::kEnglish, Language::kChinese}) {
      for (const std::string& line : lines_of(to_text(report_of(before), language, 80))) {
        const bool is_sentence = line.starts_with("  - ") || line.starts_with("      ");
        CAPTURE(line);
        CHECK((!is_sentence || columns_of(line) <= 80));
      }
    }
  }
}

TEST_CASE("the recipe begins with its command, and a label cannot end a comment") {
  Before before = made_before();
  before.rows.classes = {{"rare\nseed: 7", 500}, {"usual", 3500}};
  const std::string recipe = recipe_text(report_of(before), "hone train --config my.yaml");
  const auto lines = lines_of(recipe);
  CHECK(lines[0] == "# hone train --config my.yaml");
  CHECK(std::ranges::count(lines, "seed: 7") == 0);
  CHECK(std::ranges::count(lines, "learning_rate: 3.0e-05") == 1);
  CHECK(std::ranges::count(lines, "dataset: \"my rows.csv\"") == 1);
  CHECK(std::ranges::count(lines, "class_weights: [\"balanced\"]") == 1);
  CHECK(std::ranges::count(lines, "load_best_model_at_end: true") == 1);
}

TEST_CASE("numbers of the recipe keep all their digits") {
  const Before before = made_before();
  BeforeReport report = report_of(before);
  report.given.push_back(given_choice("validation_split", 0.123456789));
  CHECK(contains(recipe_text(report, ""), "\nvalidation_split: 0.123456789\n"));
}

TEST_CASE("a run is said to stop early only if it can, and seconds of a batch that was not run are not shown") {
  Before before = made_before();  // 3 epochs, without early stopping
  const auto text_of = [&] { return to_text(report_of(before), Language::kEnglish, 200); };
  CHECK(contains(text_of(), "a run has 3"));
  CHECK_FALSE(contains(text_of(), "early stopping"));
  CHECK(contains(text_of(), "for the longest rows"));
  before.measured[0].is_extrapolated = true;
  before.measured[0].longest_seconds = 0;
  CHECK_FALSE(contains(text_of(), "0.00 s"));
  CHECK(contains(text_of(), "about 0.40 s for a typical batch of 800 tokens"));
  before.rows.num_train = 300;
  CHECK(contains(text_of(), "early stopping may end it sooner"));
}

TEST_CASE("the JSON has both languages of every sentence, and names the best checkpoint") {
  Before before = made_before();
  before.checkpoints.push_back(made_checkpoint("models/other", 1.1, 0));
  const Json json = to_json(report_of(before));
  CHECK(json["format"] == 1);
  CHECK(json["best_checkpoint"] == "models/other");
  CHECK(json["findings"][0]["id"] == "better_checkpoint");
  CHECK(json["estimates"]["all"]["seconds"] == doctest::Approx(332));
  for (const char* list : {"criteria", "values"}) {
    for (const Json& row : json[list]) {
      const Json& text = row.contains("text") ? row["text"] : row["reason"];
      CHECK_FALSE(text["en"].get<std::string>().empty());
      CHECK_FALSE(text["zh"].get<std::string>().empty());
    }
  }
}

}  // namespace before_report_test
