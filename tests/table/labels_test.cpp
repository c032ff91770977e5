// The orders are those of datasets' class_encode_column and of transformers' run_classification.py where they apply.
#include "table/labels.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::table;

namespace {

using Names = std::vector<std::string>;

// A csv file of these labels.
Rows labelled(const Names& labels, const TemporaryFolder& folder = TemporaryFolder()) {
  std::string text = "text,label\n";
  for (const std::string& label : labels) text += "x," + label + "\n";
  return read_rows(folder.write("train.csv", text));
}

LabelMap map_of(const Names& labels) { return LabelMap::from_column(labelled(labels), "label"); }

}  // namespace

TEST_CASE("integers 0..n-1 are their own ids, in any type, unnamed") {
  for (const Names& labels :
       {Names{"1", "0", "2", "0"}, Names{"1.0", "0.0", "2.0"}, Names{"2", "1", "", "0"}, Names{"-1", "2", "1", "0"}}) {
    const LabelMap map = map_of(labels);
    CHECK(map.id2label() == Names{"LABEL_0", "LABEL_1", "LABEL_2"});
    CHECK_FALSE(map.is_named());
    CHECK(map.note() == "");
    CHECK(map.id(Value(int64_t{2})) == 2);
    CHECK(map.id(Value(2.0)) == 2);
    CHECK(map.id(Value(std::string("2"))) == 2);
    CHECK(map.id(Value(std::string("LABEL_2"))) == 2);
    CHECK(map.id(Value(int64_t{3})) == std::nullopt);
    CHECK(map.id(Value(int64_t{-1})) == std::nullopt);
    CHECK(map.id(Value(0.5)) == std::nullopt);
    CHECK(map.id(Value()) == std::nullopt);
  }
}

TEST_CASE("eleven integers keep the order of numbers, not of texts") {
  const LabelMap map = map_of({"10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0"});
  CHECK(map.id(Value(int64_t{10})) == 10);
}

TEST_CASE("other integers get ids by size, with their text as name, and that is said") {
  const LabelMap stars = map_of({"5", "1", "3", "10"});
  CHECK(stars.id2label() == Names{"1", "3", "5", "10"});
  CHECK(stars.is_named());
  CHECK(stars.id(Value(int64_t{1})) == 0);
  CHECK(stars.id(Value(10.0)) == 3);
  CHECK(stars.id(Value(std::string("5"))) == 2);
  CHECK(stars.id(Value(int64_t{0})) == std::nullopt);
  CHECK(stars.note() == "the labels 1, 3, 5, 10 get the ids 0 to 3");
  CHECK(map_of({"1", "-1", "1"}).id2label() == Names{"-1", "1"});
}

TEST_CASE("texts are sorted by code point, in any script") {
  CHECK(map_of({"pos", "neg", "pos"}).id2label() == Names{"neg", "pos"});
  CHECK(map_of({"b", "B", "a", "\xC3\xA9"}).id2label() == Names{"B", "a", "b", "\xC3\xA9"});
  const LabelMap chinese = map_of({"\xE8\xB4\x9F", "\xE6\xAD\xA3"});
  CHECK(chinese.id2label() == Names{"\xE6\xAD\xA3", "\xE8\xB4\x9F"});
  CHECK(chinese.label2id().at("\xE8\xB4\x9F") == 1);
  CHECK(map_of({"1", "x", "0"}).id2label() == Names{"0", "1", "x"});
}

TEST_CASE("booleans are False and True, also where only one occurs") {
  const LabelMap map = map_of({"true", "true"});
  CHECK(map.id2label() == Names{"False", "True"});
  CHECK(map.id(Value(true)) == 1);
  CHECK(map.id(Value(int64_t{0})) == 0);
}

TEST_CASE("names that the file declares keep their order") {
  const Rows rows = read_rows(HONE_SOURCE_DIR "/tests/fixtures/table/class_label.parquet");
  const LabelMap map = LabelMap::from_column(rows, "label");
  CHECK(map.id2label() == Names{"negative", "positive", "\xE4\xB8\xAD\xE6\x80\xA7"});
  CHECK(map.id(Value(int64_t{2})) == 2);
  CHECK(map.count(rows, "label") == std::vector<uint64_t>{1, 1, 1});
}

TEST_CASE("given names take names and ids, from a list or JSON") {
  const LabelMap map = LabelMap::from_option("NEGATIVE, POSITIVE");
  CHECK(map.id2label() == Names{"NEGATIVE", "POSITIVE"});
  CHECK(map.id(Value(std::string("POSITIVE"))) == 1);
  CHECK(map.id(Value(int64_t{0})) == 0);
  CHECK(map.id(Value(true)) == 1);
  CHECK(LabelMap::from_option("{\"1\": \"b\", \"0\": \"a\"}").id2label() == Names{"a", "b"});
  CHECK(LabelMap::from_option(" [\"a\", \"b\"]").id2label() == Names{"a", "b"});
  CHECK_FALSE(LabelMap::from_names({"LABEL_0", "LABEL_1"}).is_named());
}

TEST_CASE("names that make no map are usage errors") {
  const auto message = [](std::string_view text) {
    const Error error = expect_error([&] { LabelMap::from_option(text); });
    CHECK(error.kind() != ErrorKind::kInternal);
    return std::string(error.what());
  };
  CHECK(contains(message(""), "there are no names"));
  CHECK(contains(message("a,,b"), "a name is empty"));
  CHECK(contains(message("a,b,a"), "\"a\" occurs twice"));
  CHECK(contains(message("{\"0\": \"a\", \"2\": \"b\"}"), "the ids should be 0 to 1, but there is \"2\""));
  CHECK(contains(message("{\"0\": \"a\", \"00\": \"b\"}"), "but there is \"00\""));
  CHECK(contains(message("{\"0\": 1}"), "the name of 0 is not a text"));
  CHECK(contains(message("{\"0\": "), "id2label:1:"));
  CHECK(contains(message("{}"), "there are no names"));
}

TEST_CASE("an unknown label is an error with place, value, the known ones and the nearest") {
  const TemporaryFolder folder;
  const Rows rows = labelled({"NEGATIVE", "postive"}, folder);
  const Error error = expect_error([&] { LabelMap::from_option("NEGATIVE,POSITIVE").ids(rows, "label"); });
  CHECK(std::string(error.what()) ==
        (folder.path() / "train.csv").string() + ":3: label \"postive\" is not one of NEGATIVE, POSITIVE");
  CHECK(error.kind() == ErrorKind::kInput);
  const Error lower = expect_error([] { LabelMap::from_option("neg,pos").ids(labelled({"pso"}), "label"); });
  CHECK(lower.hint() == "did you mean \"pos\"?");
}

TEST_CASE("a label beyond the number of labels, and a missing one, are errors") {
  CHECK(contains(expect_error([] { map_of({"0", "1"}).ids(labelled({"0", "2"}), "label"); }).what(),
                 "train.csv:3: label 2 is not below the number of labels, 2"));
  CHECK(contains(expect_error([] { map_of({"0", "1"}).ids(labelled({"-1", "0"}), "label"); }).hint(), "-1 marks"));
  CHECK(contains(expect_error([] { map_of({"a", "b"}).ids(labelled({"a", ""}), "label"); }).what(),
                 "train.csv:3: there is no label in column \"label\""));
  const LabelMap map = map_of({"1", "0", "1"});
  CHECK(map.ids(labelled({"1", "0"}), "label") == std::vector<int64_t>{1, 0});
}

TEST_CASE("columns that hold no classes are errors") {
  CHECK(contains(expect_error([] { map_of({"", ""}); }).what(), "holds no label"));
  CHECK(contains(expect_error([] { map_of({"-1", "-1"}); }).what(), "holds no label"));
  const Error fraction = expect_error([] { map_of({"1", "4.75"}); });
  CHECK(contains(fraction.what(), "train.csv:3: label 4.75 in column \"label\" is a fraction, not a class"));
  Names many;
  for (int i = 0; i < 10'001; ++i) many.push_back("l" + std::to_string(i));
  CHECK(contains(expect_error([&] { map_of(many); }).what(), "holds more than 10000 different labels"));
  const TemporaryFolder folder;
  const Rows nested = read_rows(folder.write("a.jsonl", "{\"text\": \"a\", \"label\": [1]}\n"));
  CHECK(contains(expect_error([&] { LabelMap::from_column(nested, "label"); }).what(), "holds lists or objects"));
}

TEST_CASE("labels of all splits are one map, whichever types their columns have") {
  const TemporaryFolder folder;
  const std::vector<Rows> splits = {labelled({"0", "1"}), labelled({"2"}),
                                    read_rows(folder.write("a.jsonl", "{\"label\": \"3\"}\n"))};
  CHECK(LabelMap::from_columns(splits, "label").size() == 4);
}
