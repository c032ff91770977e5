#include "metric/classification_report.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "metric/panel_of.h"
#include "metric/scored_rows.h"

namespace classification_report_test {

using namespace hone;
using namespace hone::metric;

std::vector<std::string> names_of(const Panel& curve) {
  std::vector<std::string> names;
  for (const Json& line : curve.data["lines"]) names.push_back(line["name"].get<std::string>());
  return names;
}

TEST_CASE("two labels have the curves of the second one, three labels a curve each") {
  ClassScores two(2), three(3);
  for (const auto& [label, score] : {std::pair{0, 0.1}, {1, 0.8}, {0, 0.7}, {1, 0.4}}) {
    two.add(std::vector<double>{1 - score, score}, label, score > 0.5);
    three.add(std::vector<double>{1 - score, score, 0}, label, score > 0.5);
  }
  const Report report = classification_report(two, {"bad", "good"});
  const Panel* roc = panel_of(report, "roc");
  REQUIRE(roc != nullptr);
  CHECK(roc->kind == "curve");
  CHECK(names_of(*roc) == std::vector<std::string>{"good"});
  CHECK(roc->data["x"] == "false positive rate");
  CHECK(roc->data["y"] == "true positive rate");
  CHECK(roc->data["diagonal"] == true);
  CHECK(roc->data["lines"][0]["points"].dump() == "[[0.0,0.0],[0.0,0.5],[0.5,0.5],[0.5,1.0],[1.0,1.0]]");
  CHECK(panel_of(report, "precision_recall")->data["diagonal"] == false);
  CHECK(panel_of(report, "calibration")->data["lines"][0]["points"].size() == 4);
  CHECK(names_of(*panel_of(classification_report(three, {"a", "b", "c"}), "roc")) ==
        std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("of many labels the ten with the most rows have curves") {
  ClassScores scores(12);
  std::vector<std::string> labels;
  for (int64_t label = 0; label < 12; ++label) {
    labels.push_back(std::string(1, static_cast<char>('a' + label)));
    for (int64_t row = 0; row <= (label == 3 ? 0 : label + 1); ++row) add_predicted(scores, label, label);
  }
  CHECK(names_of(*panel_of(classification_report(scores, labels), "roc")) ==
        std::vector<std::string>{"b", "c", "e", "f", "g", "h", "i", "j", "k", "l"});
}

TEST_CASE("without all scores there are no rankings, and the report says so") {
  ClassScores scores(3, 2);
  add_predicted(scores, 0, 0);
  const Report report = classification_report(scores, {"a", "b", "c"});
  CHECK(std::isnan(report.value("roc_auc")));
  CHECK(contains(report.remark, "roc_auc and average_precision are left out"));
  CHECK(panel_of(report, "roc") == nullptr);
  CHECK(panel_of(report, "calibration") != nullptr);
}

}  // namespace classification_report_test
