#include "task/row_findings.h"

#include <doctest/doctest.h>

#include "captured_log.h"
#include "expect_error.h"
#include "task/chosen_rows.h"
#include "temporary_folder.h"

namespace row_findings_test {

using namespace hone;

struct Row {
  std::string text, label;
};

std::string csv(const std::vector<Row>& rows) {
  std::string text = "text,label\n";
  for (const Row& row : rows) text += row.text + "," + row.label + "\n";
  return text;
}

std::vector<std::string> findings(const std::vector<Row>& train, const std::vector<Row>& validation = {}) {
  const TemporaryFolder folder;
  task::SplitRequest request;
  request.train_file = {folder.write("train.csv", csv(train)).string()};
  if (!validation.empty()) request.validation_file = {folder.write("validation.csv", csv(validation)).string()};
  const ChosenRows rows = training_rows(request);
  return rows.task->findings(rows);
}

// Returns rows with different texts, `count` of each label.
std::vector<Row> different(const std::vector<std::pair<std::string, int>>& counts) {
  std::vector<Row> rows;
  for (const auto& [label, count] : counts) {
    for (int i = 0; i < count; ++i) rows.push_back({"text " + label + std::to_string(i), label});
  }
  return rows;
}

TEST_CASE("balanced rows with different texts have no findings") {
  CHECK(findings(different({{"a", 10}, {"b", 10}}), {{"new", "a"}}).empty());
  CHECK(findings(different({{"a", 10}, {"b", 29}})).empty());
}

TEST_CASE("repeated rows are counted") {
  const auto found = findings({{"x", "a"}, {"y", "b"}, {"x", "a"}, {"x", "a"}});
  REQUIRE(found.size() == 2);
  CHECK(found[0].starts_with("2 of 4 training rows (50.0 %) repeat an earlier row, text and label (the first: "));
  CHECK(contains(found[0], "train.csv:4 as "));
  std::vector<Row> many = different({{"a", 150}, {"b", 150}});
  many.push_back(many[0]);  // less than one in a hundred
  CHECK(findings(many).empty());
}

TEST_CASE("texts that repeat, and those of evaluation rows, are found for numbers and several labels too") {
  for (const auto& [task_name, a, b] : {std::tuple("regression", "1.5", "2.5"), std::tuple("multi-label", "x", "y")}) {
    CAPTURE(task_name);
    const TemporaryFolder folder;
    const std::string column = std::string(task_name) == "regression" ? "label" : "labels";
    const auto lines = [&](const std::string& first) {
      return "text," + column + "\n" + first + "," + a + "\nfun," + b + "\n" + first + "," + b + "\n";
    };
    task::SplitRequest request;
    request.train_file = {folder.write("train.csv", lines("good")).string()};
    request.validation_file = {folder.write("validation.csv", lines("bad")).string()};
    const auto task = task::find_task(task_name).make({.rows = request.rows}, {}, task::Purpose::kTrain);
    const task::TrainingRows rows = task::choose_training_rows(task::read_splits(request), request, *task);
    const std::vector<std::string> found = task->findings(rows);
    REQUIRE(found.size() == 2);
    CHECK(found[0].starts_with("1 of 3 training rows (33.3 %) repeat the text of an earlier row (the first: "));
    CHECK(contains(found[1], "1 of 3 validation rows (33.3 %) have a text that training rows have too"));
  }
}

TEST_CASE("a text with two labels is a contradiction") {
  const auto found = findings({{"x", "a"}, {"y", "b"}, {"x", "b"}});
  REQUIRE(found.size() == 1);
  CHECK(contains(found[0], "1 of 3 training rows (33.3 %) have the text of an earlier row but another label"));
  CHECK(contains(found[0], "for example \"x\": a in "));
  CHECK(contains(found[0], "train.csv:2, b in "));
  CHECK(contains(found[0], "train.csv:4; the model cannot learn both"));
}

TEST_CASE("evaluation rows that also occur in training are counted") {
  const auto found = findings(different({{"a", 3}, {"b", 3}}), {{"text a1", "a"}, {"new", "b"}});
  REQUIRE(found.size() == 1);
  CHECK(contains(found[0], "1 of 2 validation rows (50.0 %) have a text that training rows have too"));
  CHECK(contains(found[0], "validation.csv:2"));
}

TEST_CASE("the finding for a dominant class has the accuracy of always predicting it") {
  const auto found = findings(different({{"a", 9}, {"b", 1}}));
  REQUIRE(found.size() == 1);
  CHECK(contains(found[0], "9 of 10 training rows (90.0 %) have the label a"));
  CHECK(contains(found[0], "an accuracy of 0.900"));
  CHECK(findings(different({{"a", 30}, {"b", 10}, {"c", 10}})).size() == 1);
  CHECK(findings(different({{"a", 20}, {"b", 10}, {"c", 10}})).empty());
}

TEST_CASE("text and label columns that are probably swapped are detected") {
  std::vector<Row> rows;
  for (int i = 0; i < 12; ++i) rows.push_back({i % 2 == 0 ? "good" : "bad", "what a film number " + std::to_string(i)});
  const auto found = findings(rows);
  REQUIRE_FALSE(found.empty());
  CHECK(contains(found.back(),
                 "column \"label\" holds 12 different labels in 12 rows, column \"text\" only 2 different texts"));
  CHECK(contains(found.back(), "(--text-column \"label\" --label-column \"text\")"));
}

}  // namespace row_findings_test
