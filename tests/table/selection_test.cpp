#include "table/selection.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::table;

namespace {

Rows rows_of(const std::string& rows) {
  const TemporaryFolder folder;
  return read_rows(folder.write("train.csv", "text,label\n" + rows));
}

// Rows n:label in classes of the given sizes, mixed.
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

}  // namespace

TEST_CASE("every class keeps its share, by largest remainder") {
  const auto [rest, held_out] = stratified_split(classes({100, 50, 10}), "label", 0.1, 7);
  CHECK(held_out.size() == 16);
  CHECK(count(held_out) == std::map<std::string, int>{{"0", 10}, {"1", 5}, {"2", 1}});
  // shares 3.6, 2.4, 1.2: floors 3, 2, 1; the seventh row goes to the largest remainder
  const auto [rest2, held_out2] = stratified_split(classes({18, 12, 6}), "label", 0.2, 7);
  CHECK(count(held_out2) == std::map<std::string, int>{{"0", 4}, {"1", 2}, {"2", 1}});
}

TEST_CASE("both parts keep the old order and share no row; the seed fixes the draw") {
  const Rows rows = classes({60, 40});
  const auto [rest, held_out] = stratified_split(rows, "label", 0.25, 3);
  std::set<int64_t> all;
  for (const Rows& part : {rest, held_out}) {
    const std::vector<int64_t> part_numbers = numbers(part);
    CHECK(std::is_sorted(part_numbers.begin(), part_numbers.end()));
    all.insert(part_numbers.begin(), part_numbers.end());
  }
  CHECK(all.size() == 100);
  CHECK(numbers(stratified_split(rows, "label", 0.25, 3).second) == numbers(held_out));
  CHECK(numbers(stratified_split(rows, "label", 0.25, 4).second) != numbers(held_out));
}

TEST_CASE("a class of one row stays in the rest") {
  const auto [rest, held_out] = stratified_split(classes({20, 1}), "label", 0.5, 1);
  CHECK(count(rest)["1"] == 1);
  CHECK(held_out.size() == 10);
}

TEST_CASE("a share that cannot be held out is an error") {
  for (const double fraction : {0.0, 1.0, -0.1, 2.0}) {
    const Error error = expect_error([&] { stratified_split(classes({5}), "label", fraction, 1); });
    CHECK(error.kind() == ErrorKind::kUsage);
  }
  CHECK(contains(expect_error([] { stratified_split(classes({1, 1}), "label", 0.1, 1); }).what(),
                 "2 rows of 2 classes are too few to hold out a share of 0.1"));
}

TEST_CASE("rows without text or label are left out and counted") {
  const std::vector<std::string> text = {"text"};
  const Complete complete = drop_incomplete(rows_of("a,1\n,0\n\" \t\",1\nb,\nc,-1\nd,0\n"), text, "label", false);
  CHECK(complete.rows.size() == 2);
  CHECK(complete.rows.text(1, "text") == "d");
  CHECK(complete.dropped == 4);
  CHECK(complete.reason == "text is null");
  CHECK(complete.first_location.ends_with("train.csv:3"));
  CHECK(contains(complete.note(), "left out 4 rows without text or label, the first: "));
  CHECK(contains(complete.note(), "train.csv:3 (text is null)"));
}

TEST_CASE("with strict the first such row is an error") {
  const std::vector<std::string> text = {"text"};
  const auto message = [&](const std::string& rows) {
    return std::string(expect_error([&] { drop_incomplete(rows_of(rows), text, "label", true); }).what());
  };
  CHECK(message("a,1\n,0\n").ends_with("train.csv:3: text is null"));
  CHECK(message("a,1\n\"\n\",0\n").ends_with("train.csv:3: text is blank"));
  CHECK(message("a,x\nb,\n").ends_with("train.csv:3: label is null"));
  CHECK(message("a,x\nb,\" \"\n").ends_with("train.csv:3: label is blank"));
  CHECK(message("a,0\nb,-1\n").ends_with("train.csv:3: label is -1"));
}

TEST_CASE("nothing is left out where nothing is missing, where no label is asked for, or where -1 is a class") {
  const std::vector<std::string> text = {"text"};
  CHECK(drop_incomplete(rows_of("a,1\nb,0\n"), text, "label", true).note() == "");
  CHECK(drop_incomplete(rows_of("a,\nb,-1\n"), text, "", true).rows.size() == 2);
  CHECK(drop_incomplete(rows_of("a,1\nb,-1\n"), text, "label", true).rows.size() == 2);
}

TEST_CASE("rows that are all unlabelled are all left out") {
  const std::vector<std::string> text = {"text"};
  CHECK(drop_incomplete(rows_of("a,-1\nb,-1\n"), text, "label", false).rows.empty());
}
