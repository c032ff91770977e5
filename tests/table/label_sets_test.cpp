#include "table/label_sets.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "expect_error.h"
#include "table/labels.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace label_sets_test {

using namespace hone;
using namespace hone::table;

// A file whose rows have labels in these columns.
LabelSets sets_of(const std::string& name, const std::string& content, const LabelSetColumns& columns) {
  const TemporaryFolder folder;
  return {read_rows(folder.write(name, content)), columns};
}

const LabelSetColumns kLabels = {.names = {"labels"}};

std::vector<std::string> names_of(const LabelSets& sets, uint64_t row) {
  std::vector<std::string> names;
  for (const uint32_t label : sets.of_row(row)) names.push_back(sets.names()[label]);
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("labels are read from lists of names and class ids") {
  const LabelSets sets = sets_of("a.jsonl",
                                 "{\"labels\": [\"b\", \"a, c\"]}\n{\"labels\": []}\n{\"labels\": null}\n"
                                 "{\"labels\": [\"b\", 7]}\n",
                                 kLabels);
  CHECK(names_of(sets, 0) == Names{"b", "a, c"});
  CHECK(sets.of_row(1).empty());
  CHECK_FALSE(sets.is_missing(1));
  CHECK(sets.is_missing(2));
  CHECK(names_of(sets, 3) == Names{"b", "7"});
  CHECK(sets.names() == Names{"b", "a, c", "7"});
  CHECK(sets.flags({"7", "a, c", "b"}) == std::vector<uint8_t>{0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1});
}

TEST_CASE("labels are read from names in one cell, without the white space around them") {
  const LabelSets commas = sets_of("a.csv", "text,labels\nx,\"b , a\"\ny,a\nz,\n", kLabels);
  CHECK(names_of(commas, 0) == Names{"b", "a"});
  CHECK(names_of(commas, 1) == Names{"a"});
  CHECK(commas.is_missing(2));
  const LabelSets bars = sets_of("a.csv", "text,labels\nx,b||a c||\ny,b\n", {.names = {"labels"}, .separator = "||"});
  CHECK(names_of(bars, 0) == Names{"b", "a c"});
  CHECK(names_of(bars, 1) == Names{"b"});
}

TEST_CASE("labels are read from columns of 0 and 1, or of booleans") {
  const LabelSetColumns flags = {.names = {"p", "q"}, .are_flags = true};
  const LabelSets sets = sets_of("a.csv", "p,q\n1,0\n1,1\n0,0\n1,\n", flags);
  CHECK(names_of(sets, 0) == Names{"p"});
  CHECK(names_of(sets, 1) == Names{"p", "q"});
  CHECK(sets.of_row(2).empty());
  CHECK(sets.is_missing(3));
  CHECK(sets.of_row(3).empty());
  CHECK(names_of(sets_of("a.jsonl", "{\"p\": false, \"q\": true}\n", flags), 0) == Names{"q"});
}

TEST_CASE("cells are read as those of single labels: canonical integers, white space, large integers, booleans, NaN") {
  CHECK(sets_of("a.csv", "labels\n01\n1\n", kLabels).names() == Names{"01", "1"});
  CHECK(sets_of("a.csv", "labels\ntrue\nfalse\n", kLabels).names() == Names{"true", "false"});
  CHECK(sets_of("a.jsonl", "{\"labels\": [\" fun\", \"fun\", \" \"]}\n", kLabels).names() == Names{"fun"});
  CHECK(sets_of("a.jsonl", "{\"labels\": [18446744073709551615]}\n", kLabels).names() == Names{"18446744073709551615"});
  CHECK(sets_of("a.jsonl", "{\"labels\": \" \"}\n{\"labels\": \"a\"}\n", kLabels).is_missing(0));
  const LabelSetColumns flags = {.names = {"p", "q"}, .are_flags = true};
  const LabelSets numbers = sets_of("a.csv", "p,q\n1.0,0.0\n0.0,\n", flags);
  CHECK(names_of(numbers, 0) == Names{"p"});
  CHECK(numbers.is_missing(1));
}

TEST_CASE("the error for each kind of bad cell names the row") {
  const auto message = [](const std::string& labels) {
    return std::string(
        expect_error([&] { sets_of("a.jsonl", fmt::format("{{\"labels\": {}}}\n", labels), kLabels); }).what());
  };
  CHECK(contains(message("[1.5]"), "a.jsonl:1: \"labels\" holds 1.5, which is neither a name nor a class id"));
  CHECK(contains(message("{\"a\": 1}"), "a.jsonl:1: \"labels\" is not a list"));
  const Error number =
      expect_error([] { sets_of("a.csv", "p,q\n1,0\n1,2\n", {.names = {"p", "q"}, .are_flags = true}); });
  CHECK(contains(number.what(), "a.csv:3: \"q\" is 2, not 0 or 1"));
  CHECK(contains(number.hint(), "--task regression"));
}

TEST_CASE("an unknown label is an error with the row and the nearest label") {
  const LabelSets sets = sets_of("a.csv", "text,labels\na,good\nb,god\n", kLabels);
  const Error error = expect_error([&] { static_cast<void>(sets.flags({"good", "bad"})); });
  CHECK(contains(error.what(), "a.csv:3: label \"god\" is not one of good, bad"));
  CHECK(error.hint() == "did you mean \"good\"?");
}

TEST_CASE("label names are integers in numeric order, then texts; too many are an error") {
  const std::vector<LabelSets> splits = {sets_of("a.jsonl", "{\"labels\": [10, 2, \"b\"]}\n", kLabels),
                                         sets_of("b.jsonl", "{\"labels\": [\"a\", -1, 2]}\n", kLabels)};
  CHECK(label_names(splits, kLabels) == Names{"-1", "2", "10", "a", "b"});
  std::string lines;
  for (size_t i = 0; i <= LabelMap::kMaxClasses; ++i) lines += fmt::format("{{\"labels\": [{}]}}\n", i);
  const std::vector<LabelSets> many = {sets_of("many.jsonl", lines, kLabels)};
  const Error error = expect_error([&] { static_cast<void>(label_names(many, kLabels)); });
  CHECK(std::string(error.what()) == "column \"labels\" holds 10001 different labels");
  CHECK(contains(error.hint(), "at most 10000 labels"));
}

}  // namespace label_sets_test
