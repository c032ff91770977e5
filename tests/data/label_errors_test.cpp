#include "data/label_errors.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <cmath>

#include "base/files.h"
#include "data/probability_file.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace label_errors_test {

using namespace hone;
using namespace hone::data;

// Ten rows of two classes. Row 3 says "bad", but the probabilities and the row like it say "good".
const char* const kRows =
    "text,label,year\n"
    "a good film,good,2001\na bad film,bad,2002\na fine good story,good,2003\na really good film,bad,2004\n"
    "an awful bad film,bad,2005\n,good,2006\na nice one,,2007\na good old film,good,2008\nno good at all,bad,2009\n"
    "a really good story,good,2010\n";
const char* const kProbabilities =
    "score_bad,score_good\n0.1,0.9\n0.9,0.1\n0.2,0.8\n0.05,0.95\n0.95,0.05\n0.5,0.5\n0.5,0.5\n0.1,0.9\n0.8,0.2\n"
    "0.1,0.9\n";

struct Checked {
  LabelledRows rows;
  ClassProbabilities probabilities;
};

LabelledRows rows_of(const std::filesystem::path& file) {
  InputOptions input;
  input.files = {file.string()};
  return read_labelled_rows(input);
}

Checked checked(const TemporaryFolder& folder, const std::string& name = "p.csv",
                const std::string& probabilities = kProbabilities) {
  LabelledRows rows = rows_of(folder.write("rows.csv", kRows));
  ClassProbabilities values = read_probabilities(folder.write(name, probabilities), rows);
  return {std::move(rows), std::move(values)};
}

TEST_CASE("rows without a text or a label are skipped with a note") {
  const TemporaryFolder folder;
  const LabelledRows rows = rows_of(folder.write("rows.csv", kRows));
  CHECK(rows.numbers == std::vector<uint64_t>{0, 1, 2, 3, 4, 7, 8, 9});
  CHECK(rows.classes == std::vector<std::string>{"bad", "good"});
  CHECK(rows.labels == std::vector<int64_t>{1, 0, 1, 0, 0, 1, 0, 1});
  REQUIRE(rows.notes.size() == 2);
  CHECK(contains(rows.notes[0], "skipped 1 row without a text, the first: "));
  CHECK(rows.notes[0].ends_with("rows.csv:7"));
  CHECK(contains(rows.notes[1], "skipped 1 row without a label"));
}

TEST_CASE("integers keep their digits as names") {
  const TemporaryFolder folder;
  CHECK(rows_of(folder.write("a.csv", "text,label\na,0\nb,1\n")).classes == std::vector<std::string>{"0", "1"});
  CHECK(rows_of(folder.write("b.csv", "text,label\na,-1\nb,1\nc,0\n")).classes ==
        std::vector<std::string>{"-1", "0", "1"});
}

TEST_CASE("the issue comes first, with the rows that agree with the model") {
  const TemporaryFolder folder;
  const auto [rows, probabilities] = checked(folder);
  const LabelErrors errors = find_label_errors(rows, probabilities, {});
  CHECK(errors.num_issues == 1);
  const CheckedLabel& first = errors.ranked.front();
  CHECK(rows.numbers[first.index] == 3);
  CHECK(first.quality == 0.05);
  CHECK(first.given == 0);
  CHECK(first.predicted == 1);
  CHECK(first.predicted_probability == 0.95);
  REQUIRE(!first.agreeing.empty());
  CHECK(rows.numbers[first.agreeing.front().row] == 9);  // "a really good story"
  CHECK(errors.ranked[1].quality == 0.8);                // then the others by quality
  CHECK(errors.ranked[1].agreeing.empty());
}

TEST_CASE("margins rank the rows if the rule says so, a row without one last of its part") {
  const TemporaryFolder folder;
  const auto [rows, probabilities] = checked(folder);
  LabelIssueOptions rule;
  const std::vector<double> margins = {2, 1, std::nan(""), -1.5, 0.5, 3, -0.5, 4};
  const auto order = [&] {
    std::vector<size_t> indices;
    for (const CheckedLabel& label : find_label_errors(rows, probabilities, rule, margins).ranked) {
      indices.push_back(label.index);
    }
    return indices;
  };
  CHECK(order() == std::vector<size_t>{3, 2, 6, 0, 1, 5, 7, 4});  // by the probability of the label
  rule.rank_by = kMarginRank;
  CHECK(order() == std::vector<size_t>{3, 6, 4, 1, 0, 5, 7, 2});
  const LabelErrors errors = find_label_errors(rows, probabilities, rule, margins);
  CHECK(errors.ranked.front().margin == -1.5);
  CHECK(errors.ranked.front().quality == -1.5);
  CHECK_FALSE(errors.ranked.back().margin.has_value());
  CHECK(to_json(errors, rows)["issues"][0]["area_under_margin"] == -1.5);
  OutputOptions options;
  options.output = folder.path() / "out.csv";
  write_label_errors(errors, rows, options);
  const std::string written = read_file(options.output);
  CHECK(contains(written, ",agreeing_rows,area_under_margin\n"));
  CHECK(contains(written, ",-1.5\n"));
  CHECK(expect_error([&] { find_label_errors(rows, probabilities, rule); }).kind() == ErrorKind::kInternal);
}

TEST_CASE("the terminal and JSON show the issue") {
  const TemporaryFolder folder;
  const auto [rows, probabilities] = checked(folder);
  const LabelErrors errors = find_label_errors(rows, probabilities, {});
  const std::string text = to_text(errors, rows, 10, 80);
  CHECK(text.starts_with("1 of 8 rows, 2 classes: 12.5% of the labels are probably wrong\n"));
  CHECK(contains(text, "        1  bad -> good\n"));
  CHECK(contains(text, "label bad (0.050), the model says good (0.950)\n    a really good film\n"));
  CHECK(contains(text, "a really good story\n"));
  CHECK(!contains(to_text(errors, rows, 0, 80), "a really good film"));
  const Json json = to_json(errors, rows);
  CHECK(json["num_issues"] == 1);
  CHECK(json["changes"] == Json::parse(R"([{"given_label": "bad", "predicted_label": "good", "rows": 1}])"));
  CHECK(json["issues"][0]["row"] == 3);
  CHECK(json["issues"][0]["agreeing_rows"][0]["row"] == 9);
}

TEST_CASE("the output holds the columns of the file and cleanlab's, and replaces those of an earlier output") {
  const TemporaryFolder folder;
  const auto [rows, probabilities] = checked(folder);
  OutputOptions options;
  options.output = folder.path() / "out.csv";
  CHECK(write_label_errors(find_label_errors(rows, probabilities, {}), rows, options) == 8);
  const std::string written = read_file(options.output);
  CHECK(
      written.starts_with("text,label,year,row,is_label_issue,label_quality,given_label,predicted_label,"
                          "predicted_probability,agreeing_rows\na really good film,bad,2004,3,True,0.05,bad,good,"
                          "0.95,9 "));
  const LabelledRows again = rows_of(options.output);
  const ClassProbabilities same = {
      2, {0.05, 0.95, 0.8, 0.2, 0.2, 0.8, 0.9, 0.1, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9, 0.95, 0.05}};
  options.output = folder.path() / "again.csv";
  write_label_errors(find_label_errors(again, same, {}), again, options);
  const std::string header = read_file(options.output);
  CHECK(header.substr(0, header.find('\n')) == written.substr(0, written.find('\n')));
}

TEST_CASE("probabilities come from columns, objects and matrices") {
  const TemporaryFolder folder;
  const std::vector<double> expected = checked(folder).probabilities.values;
  std::string objects;
  for (const char* pair : {"0.9,0.1", "0.1,0.9", "0.8,0.2", "0.95,0.05", "0.05,0.95", "0.5,0.5", "0.5,0.5", "0.9,0.1",
                           "0.2,0.8", "0.9,0.1"}) {
    const std::string both = pair;
    const size_t comma = both.find(',');
    objects += R"({"label": "x", "scores": {"good": )" + both.substr(0, comma) + R"(, "bad": )" +
               both.substr(comma + 1) + "}}\n";
  }
  CHECK(checked(folder, "p.jsonl", objects).probabilities.values == expected);
}

std::string problem(const std::string& name, const std::string& probabilities) {
  const TemporaryFolder folder;
  const Error error = expect_error([&] { checked(folder, name, probabilities); });
  CHECK(error.kind() == ErrorKind::kInput);
  const std::string what = error.what();
  return what.substr(what.find(name));
}

TEST_CASE("files that do not fit the rows are errors") {
  CHECK(problem("p.csv", "score_bad,score_good\n0.1,0.9\n") == "p.csv holds 1 row, but the files hold 10");
  CHECK(problem("p.csv", "score_bad,other\n0.1,0.9\n") == "p.csv has no probabilities of the class \"good\"");
  std::string beyond = kProbabilities;
  beyond.replace(beyond.find("0.9\n0.9"), 3, "1.2");
  CHECK(problem("p.csv", beyond) == "p.csv:2: the probability of \"good\" is 1.2");
  std::string empty = kProbabilities;
  empty.replace(empty.find("0.9\n0.9"), 3, "");
  CHECK(problem("p.csv", empty) == "p.csv:2: the probability of \"good\" is nan");
  CHECK(problem("p.npy", "x") == "p.npy: this is not a .npy file");
}

TEST_CASE("a file of null scores is an error where a row needs them") {
  std::string rows;
  for (int i = 0; i < 10; ++i)
    rows += i == 4 ? "{\"scores\": null}\n" : "{\"scores\": {\"good\": 0.5, \"bad\": 0.5}}\n";
  CHECK(contains(problem("p.jsonl", rows), "has no probabilities of the class \"bad\""));
}

TEST_CASE("rows of one class, or without labels, are errors") {
  const TemporaryFolder folder;
  CHECK(contains(expect_error([&] { rows_of(folder.write("a.csv", "text,other\na,1\n")); }).what(), "label"));
  CHECK(std::string(expect_error([&] { rows_of(folder.write("b.csv", "text,label\na,x\nb,x\n")); }).what()) ==
        "all rows have the same label");
}

}  // namespace label_errors_test
