#include "data/label_issues.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "expect_error.h"

namespace label_issues_test {

using namespace hone;
using namespace hone::data;

// What cleanlab 2.9 finds (tests/fixtures/make_label_issues_fixture.py).
const Json& cases() {
  static const Json json = read_json(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/label_issues.json");
  return json["cases"];
}

ClassProbabilities probabilities_of(const Json& item) {
  ClassProbabilities probabilities{item["probabilities"][0].size(), {}};
  for (const Json& row : item["probabilities"]) {
    for (const Json& value : row) probabilities.values.push_back(value.get<double>());
  }
  return probabilities;
}

std::vector<size_t> indices(const std::vector<bool>& issues) {
  std::vector<size_t> found;
  for (size_t row = 0; row < issues.size(); ++row) {
    if (issues[row]) found.push_back(row);
  }
  return found;
}

void check_near(const std::vector<double>& values, const Json& expected) {
  REQUIRE(values.size() == expected.size());
  for (size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(values[i] - expected[i].get<double>()) <= 1e-9);
  }
}

TEST_CASE("every filter finds the rows that cleanlab finds") {
  CHECK(cases().size() >= 28);
  for (const Json& item : cases()) {
    CAPTURE(item["name"]);
    const auto labels = item["labels"].get<std::vector<int64_t>>();
    const ClassProbabilities probabilities = probabilities_of(item);
    for (const std::string_view filter : kLabelFilterNames) {
      CAPTURE(filter);
      LabelIssueOptions options{.filter_by = std::string(filter)};
      options.frac_noise = item["frac_noise"].get<double>();
      options.min_examples_per_class = item["min_examples_per_class"].get<int64_t>();
      const auto expected = item["filters"][std::string(filter)]["issues"].get<std::vector<size_t>>();
      CHECK(indices(find_label_issues(labels, probabilities, options)) == expected);
    }
  }
}

TEST_CASE("the qualities of the labels and the thresholds are cleanlab's") {
  for (const Json& item : cases()) {
    CAPTURE(item["name"]);
    const auto labels = item["labels"].get<std::vector<int64_t>>();
    const ClassProbabilities probabilities = probabilities_of(item);
    check_near(confident_thresholds(labels, probabilities), item["thresholds"]);
    for (const std::string_view method : kLabelQualityNames) {
      CAPTURE(method);
      check_near(label_quality(labels, probabilities, method), item["quality"][std::string(method)]);
    }
  }
}

TEST_CASE("the issues are ranked as cleanlab ranks them") {
  for (const Json& item : cases()) {
    CAPTURE(item["name"]);
    const auto labels = item["labels"].get<std::vector<int64_t>>();
    const ClassProbabilities probabilities = probabilities_of(item);
    for (const std::string_view filter : kLabelFilterNames) {
      const Json& expected = item["filters"][std::string(filter)];
      for (const std::string_view method : kLabelQualityNames) {
        CAPTURE(filter);
        CAPTURE(method);
        auto issues = expected["issues"].get<std::vector<size_t>>();
        const std::vector<double> quality = label_quality(labels, probabilities, method);
        std::ranges::stable_sort(issues, {}, [&](size_t row) { return quality[row]; });
        CHECK(issues == expected["ranked"][std::string(method)].get<std::vector<size_t>>());
      }
    }
  }
}

TEST_CASE("the most likely class of equal ones is the first") {
  CHECK(predicted_labels({3, {0.2, 0.4, 0.4, 0.1, 0.1, 0.8}}) == std::vector<int64_t>{1, 2});
}

TEST_CASE("rows with one label have no issues to find") {
  const std::vector<int64_t> labels = {1, 1};
  const Error error = expect_error([&] { find_label_issues(labels, {2, {0.5, 0.5, 0.9, 0.1}}, {}); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(std::string(error.what()) == "all rows have the same label");
}

}  // namespace label_issues_test
