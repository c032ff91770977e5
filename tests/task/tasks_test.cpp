#include "task/tasks.h"

#include <doctest/doctest.h>

#include <set>

#include "captured_log.h"
#include "expect_error.h"
#include "table/read.h"
#include "task/names.h"
#include "task/text_classification.h"
#include "temporary_folder.h"

using namespace hone;

TEST_CASE("a task is found by the name that transformers' pipelines give it") {
  const task::TaskRow& found = task::find_task("text-classification");
  CHECK(found.problem_type == "single_label_classification");
  const bool is_its_function = found.make == &task::make_text_classification;
  CHECK(is_its_function);
}

TEST_CASE("every task has a unique name, a doc line, a head or problem type of its own, and a metric") {
  std::set<std::string_view> names;
  for (const task::TaskRow& each : task::tasks()) {
    CHECK(names.insert(each.name).second);
    CHECK_FALSE(each.doc.empty());
    CHECK(each.problem_type.empty() == (each.head != "sequence"));
    CHECK_FALSE(each.metrics().empty());
  }
  CHECK_FALSE(names.empty());
}

TEST_CASE("an unknown task is an error that suggests the nearest name") {
  const Error error = expect_error([] { task::find_task("text-clasification"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(std::string(error.what()) == "unknown task \"text-clasification\"");
  CHECK(contains(error.hint(), "did you mean \"text-classification\"?"));
}

TEST_CASE("the rows' labels suggest the task, unless the user or a trained model names it") {
  const TemporaryFolder folder;
  const auto task_for = [&](const std::string& csv, std::string_view name = "", const char* config = "{}") {
    const table::Rows rows = table::read_rows(folder.write("rows.csv", csv));
    std::string_view found;
    captured_log([&] { found = task::choose_task(name, {parse_json(config, "c"), "c"}, rows, {}).name; });
    return found;
  };
  CHECK(task_for("text,score\na,1.5\nb,2\n") == "regression");
  CHECK(task_for("text,score\na,1.0\nb,2.0\n") == "text-classification");
  CHECK(task_for("text,label\na,1\nb,2\n") == "text-classification");
  CHECK(task_for("text,label\na,x\nb,y\n") == "text-classification");
  CHECK(task_for("text,label\na,1\nb,2\n", "regression") == "regression");
  const char* trained = R"({"model_type": "bert", "architectures": ["BertForSequenceClassification"],
                            "problem_type": "regression", "num_labels": 1})";
  CHECK(task_for("text,label\na,1\nb,2\n", "", trained) == "regression");
  CHECK(task::trained_task({parse_json(trained, "c"), "c"}).name == "regression");
  CHECK(task::trained_task({parse_json("{}", "c"), "c"}).name == "text-classification");
}

TEST_CASE("a column of numbers with fractions is noted, with the option that decides otherwise") {
  const TemporaryFolder folder;
  const table::Rows rows = table::read_rows(folder.write("rows.csv", "text,score\na,1.5\nb,2\n"));
  CHECK(captured_log([&] { task::choose_task("", {parse_json("{}", "c"), "c"}, rows, {}); }) ==
        "column \"score\" holds numbers with fractions, so the task is regression (--task chooses another)\n");
}

TEST_CASE("words with tags and texts with spans suggest token classification, with a note; lists of labels do not") {
  const TemporaryFolder folder;
  std::string log;
  const auto task_for = [&](const std::string& json, const task::RowOptions& options = {}) {
    const table::Rows rows = table::read_rows(folder.write("rows.jsonl", json));
    std::string_view found;
    log = captured_log([&] { found = task::choose_task("", {parse_json("{}", "c"), "c"}, rows, options).name; });
    return found;
  };
  CHECK(task_for(R"({"tokens": ["a"], "ner_tags": ["O"]})") == "token-classification");
  CHECK(
      log ==
      "column \"ner_tags\" holds a tag for each word, so the task is token-classification (--task chooses another)\n");
  CHECK(task_for(R"({"text": "a", "labels": [[0, 1, "x"]]})") == "token-classification");
  CHECK(contains(log, "column \"labels\" holds spans of the text, so the task is token-classification"));
  CHECK(task_for(R"({"text": "a", "labels": ["x", "y"]})") == "multi-label");
  CHECK(task_for(R"({"text": "a", "tokens": ["a"], "label": "x"})") == "text-classification");
  task::RowOptions columns;
  columns.text_column = "a";
  columns.label_column = "b";
  CHECK(task_for(R"({"a": ["a"], "b": ["O"]})", columns) == "token-classification");
}

TEST_CASE("a model with a head for tokens is a token classifier, whatever the rows and its problem type") {
  const model::ModelConfig config(parse_json(R"({"model_type": "bert", "architectures": ["BertForTokenClassification"],
                     "problem_type": "single_label_classification"})",
                                             "c"),
                                  "c");
  CHECK(task::trained_task(config).name == "token-classification");
  const TemporaryFolder folder;
  const table::Rows rows = table::read_rows(folder.write("rows.csv", "text,label\na,1\n"));
  CHECK(task::choose_task("", config, rows, {}).name == "token-classification");
}

TEST_CASE("an option that only other tasks read is an error that names them") {
  const auto message = [](std::string_view name, std::string_view task) {
    const std::vector<options::GivenOption> given = {{"seed", "--seed"}, {std::string(name), "--" + std::string(name)}};
    const Error error = expect_error([&] { task::check_task_options(task::find_task(task), given); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(error.hint() == "leave it out");
    return std::string(error.what());
  };
  CHECK(message("regression_loss", "text-classification") ==
        "--regression_loss is an option of regression; the task is text-classification");
  CHECK(contains(message("focal_gamma", "regression"), "is an option of text-classification"));
  CHECK(contains(message("label_separator", "regression"), "multi-label"));
  CHECK(contains(message("class_weights", "regression"), "is an option of text-classification, multi-label; the task"));
  CHECK(contains(message("calibrate", "token-classification"), "is an option of text-classification, multi-label"));
  task::check_task_options(task::find_task("regression"), {});
  const std::vector<options::GivenOption> own = {{"regression_loss", "--regression-loss"}, {"seed", "--seed"}};
  task::check_task_options(task::find_task("regression"), own);
}

TEST_CASE("the metrics of all tasks include each task's own") {
  const auto all = task::all_metrics();
  for (const task::TaskRow& row : task::tasks()) {
    for (const metric::Metric& metric : row.metrics()) CHECK(metric::find_metric(all, metric.name) != nullptr);
  }
}

TEST_CASE("the calibrations of all tasks are the choices of --calibrate") {
  std::set<std::string_view> offered(task::kCalibrationNames.begin(), task::kCalibrationNames.end()),
      of_tasks = {"none"};
  for (const task::TaskRow& row : task::tasks()) of_tasks.insert(row.calibrations.begin(), row.calibrations.end());
  CHECK(of_tasks == offered);
  for (const std::string_view name : offered) {
    if (name != "none")
      CHECK(std::string(expect_error([&] { task::check_calibration(task::find_task("regression"), name); }).what()) ==
            fmt::format("calibrate is {}, which regression does not choose", name));
  }
}
