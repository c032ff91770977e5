#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/labels.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace label_reader_test {

using namespace hone;
using namespace hone::table;

using Names = std::vector<std::string>;

// Returns the rows of a csv file with these labels.
Rows labelled(const Names& labels, const TemporaryFolder& folder = TemporaryFolder()) {
  std::string text = "text,label\n";
  for (const std::string& label : labels) text += "x," + label + "\n";
  return read_rows(folder.write("train.csv", text));
}

Rows jsonl(const Names& labels) {
  const TemporaryFolder folder;
  std::string text;
  for (const std::string& label : labels) text += R"({"text": "x", "label": )" + label + "}\n";
  return read_rows(folder.write("train.jsonl", text));
}

LabelMap map_of(const Names& labels) { return LabelMap::decide(labelled(labels), "label"); }

LabelMap named(const Names& names) { return LabelMap::decide(labelled({"0"}), "label", {.names = names}); }

TEST_CASE("if a model's label names repeat, a name means the first label, and ids can name each of them") {
  const LabelMap map = named({"other", "good", "other"});
  CHECK(map.ids(labelled({"other", "good"}), "label") == std::vector<int64_t>{0, 1});
  CHECK(map.ids(labelled({"2", "0"}), "label") == std::vector<int64_t>{2, 0});
}

TEST_CASE("the error for an unknown label has location, value, known labels and the nearest one") {
  const TemporaryFolder folder;
  const Rows rows = labelled({"NEGATIVE", "postive"}, folder);
  const Error error = expect_error([&] { named({"NEGATIVE", "POSITIVE"}).ids(rows, "label"); });
  CHECK(std::string(error.what()) ==
        (folder.path() / "train.csv").string() + ":3: label \"postive\" is not one of NEGATIVE, POSITIVE");
  CHECK(error.kind() == ErrorKind::kInput);
  const Error lower = expect_error([] { named({"neg", "pos"}).ids(labelled({"pso"}), "label"); });
  CHECK(lower.hint() == "did you mean \"pos\"?");
}

TEST_CASE("a label beyond the number of labels is an error, and so is a missing one") {
  CHECK(contains(expect_error([] { map_of({"0", "1"}).ids(labelled({"0", "2"}), "label"); }).what(),
                 "train.csv:3: label 2 is not below the number of labels, 2"));
  CHECK(contains(expect_error([] { map_of({"0", "1"}).ids(labelled({"-1", "0"}), "label"); }).hint(),
                 "if -1 is a class, name it with --id2label"));
  CHECK(contains(expect_error([] { map_of({"a", "b"}).ids(labelled({"a", ""}), "label"); }).what(),
                 "train.csv:3: there is no label in column \"label\""));
  const LabelMap map = map_of({"1", "0", "1"});
  CHECK(map.ids(labelled({"1", "0"}), "label") == std::vector<int64_t>{1, 0});
}

TEST_CASE("null, NaN and blank cells are missing") {
  const LabelMap map = LabelMap::decide(jsonl({"1.0", "0.0", "null"}), "label");
  CHECK(map.id2label() == Names{"LABEL_0", "LABEL_1"});
  const Rows rows = jsonl({"null", "1.0"});
  CHECK(map.reader(rows, "label").problem(0) == "label is null");
  CHECK(map.reader(rows, "label").problem(1) == "");
  const Rows blank = labelled({"\" \"", "a"});
  CHECK(map.reader(blank, "label").problem(0) == "label is blank");
}

}  // namespace label_reader_test
