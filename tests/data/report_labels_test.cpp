#include <doctest/doctest.h>

#include <functional>

#include "data/report_files.h"

namespace report_labels_test {

using namespace hone;
using namespace hone::data;

std::string csv(int rows, const std::function<std::string(int)>& label) {
  std::string text = "text,label\n";
  for (int i = 0; i < rows; ++i) text += "sentence number " + std::to_string(i * 7919) + "," + label(i) + "\n";
  return text;
}

TEST_CASE("classes are counted by part, most first") {
  const TemporaryFolder folder;
  const auto train = folder.write("train.csv", csv(30, [](int i) { return i % 3 == 0 ? "neg" : "pos"; }));
  const auto test = folder.write("test.csv", csv(10, [](int i) { return i == 0 ? "new" : "pos"; }));
  const Report report = report_of({test, train});
  REQUIRE(report.classes.size() == 3);
  CHECK(report.classes[0].name == "pos");
  CHECK(report.classes[0].rows == std::vector<uint64_t>{20, 9});
  REQUIRE(finding(report, "class_not_in_train") != nullptr);
  CHECK(finding(report, "class_not_in_train")->detail == "\"new\"");
  CHECK(finding(report, "small_classes")->detail == "\"new\" (1)");
  CHECK(finding(report, "imbalance") != nullptr);
  REQUIRE(report.classes[0].examples.size() == 5);
  CHECK(report.classes[0].examples[0].row == 1);  // the first "pos" of train
  CHECK(report.classes[2].examples.size() == 1);
}

TEST_CASE("variants, typing errors and white space of labels are named") {
  const TemporaryFolder folder;
  const Report report = report_of({folder.write(
      "a.csv", csv(200, [](int i) {
        return i == 5 ? "Positive" : i == 6 ? "postive" : i == 7 ? " positive " : i % 2 == 0 ? "positive" : "negative";
      }))});
  REQUIRE(finding(report, "label_variants") != nullptr);
  CHECK(finding(report, "label_variants")->detail == "\"positive\" (100) and \"Positive\" (1)");
  REQUIRE(finding(report, "label_typos") != nullptr);
  CHECK(finding(report, "label_typos")->detail == "\"postive\" (1) beside \"positive\" (100)");
  CHECK(finding(report, "padded_labels")->rows == 1);
}

TEST_CASE("rows that are sorted by label are named, as those of IMDB are") {
  const TemporaryFolder folder;
  const Report sorted = report_of({folder.write("a.csv", csv(100, [](int i) { return i < 50 ? "0" : "1"; }))});
  REQUIRE(finding(sorted, "sorted_by_label") != nullptr);
  CHECK(finding(sorted, "sorted_by_label")->commands[0].find("hone data sample") == 0);
  const Report mixed = report_of({folder.write("b.csv", csv(100, [](int i) { return i % 2 == 0 ? "0" : "1"; }))});
  CHECK(finding(mixed, "sorted_by_label") == nullptr);
}

TEST_CASE("one class, missing labels, and labels that are texts or numbers") {
  const TemporaryFolder folder;
  CHECK(finding(report_of({folder.write("a.csv", csv(20, [](int) { return "x"; }))}), "single_class") != nullptr);
  const Report missing = report_of({folder.write("b.csv", csv(20, [](int i) { return i % 4 == 0 ? "" : "x"; }))});
  CHECK(finding(missing, "missing_labels")->rows == 5);
  const Report texts = report_of({folder.write("c.csv", csv(120, [](int i) { return "text " + std::to_string(i); }))});
  CHECK(finding(texts, "label_is_text")->detail == "120");
  CHECK(texts.classes.empty());
  const Report numbers = report_of({folder.write("d.csv", csv(20, [](int i) { return std::to_string(i) + ".5"; }))});
  REQUIRE(numbers.label_numbers.has_value());
  CHECK(numbers.label_numbers->mean == doctest::Approx(10));
}

}  // namespace report_labels_test
