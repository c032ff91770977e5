#include "metric/report_output.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <cmath>

#include "expect_error.h"
#include "metric/classification_report.h"
#include "metric/scored_rows.h"

namespace report_output_test {

using namespace hone;

metric::Report report_of(const metric::ClassScores& scores, const std::vector<std::string>& labels) {
  metric::Report report = metric::classification_report(scores, labels);
  report.num_rows = report.num_targets = scores.num_rows();
  return report;
}

// Six rows: three of the four "a" are right, and one of the two "b". Precision and recall are 3/4 for a and 1/2 for b.
metric::Report two_labels(const std::vector<std::string>& labels = {"a", "b"}) {
  metric::ClassScores scores(2);
  for (int i = 0; i < 3; ++i) add_predicted(scores, 0, 0);
  add_predicted(scores, 0, 1);
  add_predicted(scores, 1, 1);
  add_predicted(scores, 1, 0);
  metric::Report report = report_of(scores, labels);
  report.loss = 0.12345;
  return report;
}

TEST_CASE("the text report of two labels has the scores of the positive one, each label and the confusion matrix") {
  CHECK(metric::report_text(two_labels()) ==
        "rows      6\n"
        "loss      0.1235\n"
        "accuracy  0.6667\n"
        "precision 0.5000\n"
        "recall    0.5000\n"
        "f1        0.5000\n"
        "          (precision, recall and f1 of \"b\")\n"
        "\n"
        "label         precision  recall      f1  support\n"
        "a                0.7500  0.7500  0.7500        4\n"
        "b                0.5000  0.5000  0.5000        2\n"
        "macro            0.6250  0.6250  0.6250        6\n"
        "micro            0.6667  0.6667  0.6667        6\n"
        "weighted         0.6667  0.6667  0.6667        6\n"
        "\n"
        "true \\ predicted  a         b\n"
        "a                 3         1\n"
        "b                 1         1\n");
}

TEST_CASE("columns line up under labels of any script and length") {
  const std::string text = metric::report_text(two_labels({"\xC3\xA9t\xC3\xA9", "a label that is rather long"}));
  const auto place = [&](const std::string& line_start, const std::string& what) {
    const size_t begin = text.find(line_start);
    REQUIRE(begin != std::string::npos);
    const std::string line = text.substr(begin, text.find('\n', begin) - begin);
    size_t columns = 0;
    for (size_t i = 0; i < line.find(what); ++i) columns += (line[i] & 0xC0) != 0x80;
    return columns;
  };
  const size_t ends = place("a label that is rather long  ", "0.5000") + 6;
  CHECK(place("label  ", "precision") + 9 == ends);
  CHECK(place("\xC3\xA9t\xC3\xA9", "0.7500") + 6 == ends);
}

TEST_CASE("the text report of three labels names no positive one, and that of many labels has no matrix") {
  metric::ClassScores three(3);
  add_predicted(three, 2, 2);
  const std::string text = metric::report_text(report_of(three, {"a", "b", "c"}));
  CHECK_FALSE(contains(text, "precision, recall and f1 of"));
  CHECK(contains(text, "accuracy  1.0000\n\nlabel"));
  const metric::ClassScores many(13);
  CHECK(contains(metric::report_text(report_of(many, std::vector<std::string>(13, "x"))),
                 "confusion matrix of 13 labels: see --json\n"));
}

TEST_CASE("the JSON report has every number, the matrix by true label, and the scores of each label") {
  const Json json = metric::report_json(two_labels());
  CHECK(json["rows"] == 6);
  CHECK(json["loss"] == 0.12345);
  CHECK(json["accuracy"].get<double>() == doctest::Approx(4.0 / 6));
  CHECK(json["f1_binary"] == 0.5);
  CHECK(json["f1_macro"] == 0.625);
  CHECK(json["panels"].dump() == R"([{"kind":"table","name":"per_label","title":"Labels"},)"
                                 R"({"kind":"matrix","name":"confusion_matrix","title":"Confusion matrix"},)"
                                 R"({"kind":"curve","name":"precision_recall","title":"Precision and recall"},)"
                                 R"({"kind":"curve","name":"roc","title":"ROC curve"},)"
                                 R"({"kind":"curve","name":"calibration","title":"Calibration"}])");
  CHECK(json["confusion_matrix"].dump() == "[[3,1],[1,1]]");
  CHECK(json["per_label"]["a"].dump() == R"({"precision":0.75,"recall":0.75,"f1":0.75,"support":4})");
}

TEST_CASE("the text report lists the fifty labels with the most rows") {
  metric::ClassScores scores(60);
  std::vector<std::string> labels;
  for (int64_t id = 0; id < 60; ++id) {
    labels.push_back(fmt::format("label{}", id));
    for (int64_t row = 0; row <= id; ++row) add_predicted(scores, id, 0);
  }
  const std::string text = metric::report_text(report_of(scores, labels));
  CHECK(contains(text, "\nlabel10 "));
  CHECK(contains(text, "\nlabel59 "));
  CHECK_FALSE(contains(text, "\nlabel9 "));
  CHECK(contains(text, "\n... and 10 labels with fewer rows: see --json\n"));
}

TEST_CASE("a report with intervals shows them beside the headline, and omits undefined ones") {
  metric::Report report{.loss = 0.5,
                        .values = {{"accuracy", 0.75}, {"roc_auc", std::nan("")}},
                        .headline = {"accuracy"},
                        .intervals = {{0.5, 1}, {std::nan(""), std::nan("")}},
                        .confidence = 0.95};
  CHECK(contains(metric::report_text(report),
                 "accuracy  0.7500  0.5000 to 1.0000\n          (95 % of the resamples of the rows lie within these "
                 "limits)\n"));
  const Json json = metric::report_json(report);
  CHECK(json["intervals"].dump() == R"({"accuracy":[0.5,1.0]})");
  CHECK(json["confidence"] == 0.95);
  report.intervals.clear();
  CHECK_FALSE(metric::report_json(report).contains("intervals"));
  CHECK_FALSE(contains(metric::report_text(report), " to "));
}

}  // namespace report_output_test
