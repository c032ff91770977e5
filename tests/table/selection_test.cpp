#include "table/selection.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace selection_test {

using namespace hone;
using namespace hone::table;

const std::vector<std::string> kText = {"text"};

Rows rows_of(const std::string& rows) {
  const TemporaryFolder folder;
  return read_rows(folder.write("train.csv", "text,label\n" + rows));
}

// Returns shuffled rows n:label in classes of the given sizes.
Rows classes(const std::vector<int>& sizes) {
  std::string text;
  int number = 0;
  for (int round = 0; round < 1000; ++round) {
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (round < sizes[i]) text += std::to_string(number++) + "," + std::to_string(i) + "\n";
    }
  }
  return rows_of(text);
}

std::pair<Rows, Rows> split(const Rows& rows, double fraction, uint64_t seed) {
  return stratified_split(rows, LabelMap::decide(rows, "label").ids(rows, "label"), fraction, seed);
}

std::map<std::string, int> count(const Rows& rows) {
  std::map<std::string, int> counts;
  for (uint64_t row = 0; row < rows.size(); ++row) ++counts[std::string(*rows.text(row, "label"))];
  return counts;
}

std::vector<int64_t> numbers(const Rows& rows) {
  std::vector<int64_t> result;
  for (uint64_t row = 0; row < rows.size(); ++row) result.push_back(std::get<int64_t>(rows.value(row, "text")));
  return result;
}

TEST_CASE("the split keeps the share of every class, by largest remainder") {
  const auto [rest, held_out] = split(classes({100, 50, 10}), 0.1, 7);
  CHECK(held_out.size() == 16);
  CHECK(count(held_out) == std::map<std::string, int>{{"0", 10}, {"1", 5}, {"2", 1}});
  // shares 3.6, 2.4, 1.2: floors 3, 2, 1; the seventh row goes to the largest remainder
  const auto [rest2, held_out2] = split(classes({18, 12, 6}), 0.2, 7);
  CHECK(count(held_out2) == std::map<std::string, int>{{"0", 4}, {"1", 2}, {"2", 1}});
}

TEST_CASE("both parts keep the original order and share no row; the seed determines the choice") {
  const Rows rows = classes({60, 40});
  const auto [rest, held_out] = split(rows, 0.25, 3);
  std::set<int64_t> all;
  for (const Rows& part : {rest, held_out}) {
    const std::vector<int64_t> part_numbers = numbers(part);
    CHECK(std::is_sorted(part_numbers.begin(), part_numbers.end()));
    all.insert(part_numbers.begin(), part_numbers.end());
  }
  CHECK(all.size() == 100);
  CHECK(numbers(split(rows, 0.25, 3).second) == numbers(held_out));
  CHECK(numbers(split(rows, 0.25, 4).second) != numbers(held_out));
}

TEST_CASE("a class with a single row is not held out") {
  const auto [rest, held_out] = split(classes({20, 1}), 0.5, 1);
  CHECK(count(rest)["1"] == 1);
  CHECK(held_out.size() == 10);
}

TEST_CASE("a share that would be empty or everything is an error") {
  for (const double fraction : {0.0, 1.0, -0.1, 2.0}) {
    const Error error = expect_error([&] { split(classes({5}), fraction, 1); });
    CHECK(error.kind() == ErrorKind::kUsage);
  }
  CHECK(contains(expect_error([] { split(classes({1, 1}), 0.1, 1); }).what(),
                 "2 rows of 2 classes are too few to hold out a share of 0.1"));
}

TEST_CASE("rows without text are skipped and counted") {
  const Complete complete = rows_with_text(rows_of("a,1\n,0\n\" \t\xE3\x80\x80\",1\nd,0\n"), kText, false);
  CHECK(complete.rows.size() == 2);
  CHECK(complete.rows.text(1, "text") == "d");
  CHECK(complete.skipped == 2);
  CHECK(complete.note().starts_with("skipped 2 rows without text, the first: "));
  CHECK(complete.note().ends_with("train.csv:3 (text is null)"));
}

TEST_CASE("rows without a label are skipped and counted") {
  const Rows rows = rows_of("a,1\nb,\nc,0\n");
  const Complete complete = rows_with_label(rows, "label", LabelMap::decide(rows, "label"), false);
  CHECK(complete.rows.size() == 2);
  CHECK(complete.note().starts_with("skipped 1 row without a label, the first: "));
  CHECK(complete.note().ends_with("train.csv:3 (label is null)"));
}

TEST_CASE("a float label NaN in parquet is missing") {
  const Rows rows = read_rows(HONE_SOURCE_DIR "/tests/fixtures/table/nan_label.parquet");
  const LabelMap labels = LabelMap::decide(rows, "label");
  CHECK(labels.id2label() == std::vector<std::string>{"LABEL_0", "LABEL_1"});
  const Complete complete = rows_with_label(rows, "label", labels, false);
  CHECK(labels.ids(complete.rows, "label") == std::vector<int64_t>{1, 0});
  CHECK(complete.reason == "label is nan");
}

TEST_CASE("in strict mode the first such row is an error") {
  const auto text_message = [](const std::string& rows) {
    return std::string(expect_error([&] { rows_with_text(rows_of(rows), kText, true); }).what());
  };
  CHECK(text_message("a,1\n,0\n").ends_with("train.csv:3: text is null"));
  CHECK(text_message("a,1\n\"\n\",0\n").ends_with("train.csv:3: text is blank"));
  const auto label_message = [](const std::string& text) {
    const Rows rows = rows_of(text);
    const LabelMap labels = LabelMap::decide(rows, "label");
    return std::string(expect_error([&] { rows_with_label(rows, "label", labels, true); }).what());
  };
  CHECK(label_message("a,x\nb,\n").ends_with("train.csv:3: label is null"));
  CHECK(label_message("a,x\nb,\" \"\n").ends_with("train.csv:3: label is blank"));
}

TEST_CASE("nothing is skipped if nothing is missing") {
  const Rows rows = rows_of("a,1\nb,-1\nc,0\n");
  CHECK(rows_with_text(rows, kText, true).note() == "");
  CHECK(rows_with_label(rows, "label", LabelMap::decide(rows, "label"), true).rows.size() == 3);
}

TEST_CASE("if all rows are unlabelled, all are skipped") {
  const Rows rows = rows_of("a,-1\nb,-1\n");
  const Complete complete = rows_with_label(rows, "label", LabelMap::from_names({"bad", "good"}), false);
  CHECK(complete.rows.empty());
  CHECK(complete.reason == "label is -1");
}

}  // namespace selection_test
