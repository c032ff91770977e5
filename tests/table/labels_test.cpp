// Labels are ordered as by datasets' class_encode_column and transformers' run_classification.py where these apply.
#include "table/labels.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace labels_test {

using namespace hone;
using namespace hone::table;

using Names = std::vector<std::string>;

// Returns the rows of a csv file with these labels.
Rows labelled(const Names& labels, const TemporaryFolder& folder = TemporaryFolder()) {
  std::string text = "text,label\n";
  for (const std::string& label : labels) text += "x," + label + "\n";
  return read_rows(folder.write("train.csv", text));
}

// Returns rows with these ids in a column that declares these classes.
Rows declared(const Names& classes, const Names& ids) {
  const TemporaryFolder folder;
  std::string text = "text,label\n";
  for (const std::string& id : ids) text += "x," + id + "\n";
  return read_rows(folder.write("train.csv", text), {.class_names = {{"label", classes}}});
}

Rows jsonl(const Names& labels) {
  const TemporaryFolder folder;
  std::string text;
  for (const std::string& label : labels) text += R"({"text": "x", "label": )" + label + "}\n";
  return read_rows(folder.write("train.jsonl", text));
}

LabelMap map_of(const Names& labels) { return LabelMap::decide(labelled(labels), "label"); }

// Decides the labels with names that must be used.
LabelMap named(const Names& names, const Rows& rows = labelled({"0"})) {
  return LabelMap::decide(rows, "label", {.names = names});
}

std::vector<int64_t> ids_of(const LabelMap& map, const Rows& rows) { return map.ids(rows, "label"); }

Label::Kind kind_of(const LabelMap& map, const Rows& rows, uint64_t row) {
  return map.reader(rows, "label").read(row).kind;
}

constexpr auto kMissing = Label::Kind::kMissing, kUnlabelled = Label::Kind::kUnlabelled;

TEST_CASE("integers 0..n-1 of any type are their own ids and have no names") {
  for (const Names& labels : {Names{"1", "0", "2", "0"}, Names{"1.0", "0.0", "2.0"}, Names{"2", "1", "", "0"}}) {
    const LabelMap map = map_of(labels);
    CHECK(map.id2label() == Names{"LABEL_0", "LABEL_1", "LABEL_2"});
    CHECK_FALSE(map.is_named());
    CHECK(map.notes().empty());
    CHECK(ids_of(map, labelled({"2", "0"})) == std::vector<int64_t>{2, 0});
    CHECK(ids_of(map, jsonl({"2.0", "0.0"})) == std::vector<int64_t>{2, 0});
    CHECK(ids_of(map, jsonl({"\"2\"", "\"LABEL_1\""})) == std::vector<int64_t>{2, 1});
    CHECK(kind_of(map, labelled({"3"}), 0) == Label::Kind::kUnknown);
    CHECK(kind_of(map, labelled({"-1", "0"}), 0) == Label::Kind::kUnknown);
    CHECK(kind_of(map, labelled({"0.5"}), 0) == Label::Kind::kUnknown);
    CHECK(kind_of(map, labelled({""}), 0) == kMissing);
  }
}

TEST_CASE("eleven integers are in numeric order, not in text order") {
  const LabelMap map = map_of({"10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0"});
  CHECK(ids_of(map, labelled({"10"})) == std::vector<int64_t>{10});
}

TEST_CASE("other integers get ids in numeric order and their text as names, with a note") {
  const LabelMap stars = map_of({"5", "1", "3", "10"});
  CHECK(stars.id2label() == Names{"1", "3", "5", "10"});
  CHECK(stars.is_named());
  CHECK(ids_of(stars, labelled({"1", "10", "5"})) == std::vector<int64_t>{0, 3, 2});
  CHECK(ids_of(stars, labelled({"10.0"})) == std::vector<int64_t>{3});
  CHECK(kind_of(stars, labelled({"0"}), 0) == Label::Kind::kUnknown);
  CHECK(stars.notes() == Names{"the labels 1, 3, 5, 10 get the ids 0 to 3"});
  CHECK(map_of({"1", "-1", "1"}).id2label() == Names{"-1", "1"});
}

TEST_CASE("-1 is an ordinary class in a column of integers") {
  CHECK(map_of({"-1", "0", "1", "-1"}).id2label() == Names{"-1", "0", "1"});
  CHECK(LabelMap::decide(jsonl({"1", "-1", "0"}), "label").id2label() == Names{"-1", "0", "1"});
  CHECK(LabelMap::decide(jsonl({"1.0", "-1.0", "0.0"}), "label").id2label() == Names{"-1", "0", "1"});
  CHECK(map_of({"2", "-1", "1", "0"}).id2label() == Names{"-1", "0", "1", "2"});
}

TEST_CASE("-1 marks unlabelled rows in a column with declared classes, and if a whole split is -1") {
  const Rows rows = declared({"neg", "pos"}, {"-1", "1", "0"});
  const LabelMap map = LabelMap::decide(rows, "label");
  CHECK(map.id2label() == Names{"neg", "pos"});
  CHECK(kind_of(map, rows, 0) == kUnlabelled);
  CHECK(map.reader(rows, "label").problem(0) == "label is -1");
  const std::vector<LabelledSplit> splits = {{"training", labelled({"0", "1"})}, {"test", labelled({"-1", "", "-1"})}};
  const LabelMap numbers = LabelMap::decide(splits, "label", {});
  CHECK(numbers.id2label() == Names{"LABEL_0", "LABEL_1"});
  CHECK(kind_of(numbers, splits[1].rows, 0) == kUnlabelled);
  CHECK(kind_of(map_of({"bad", "good"}), jsonl({"-1"}), 0) == kUnlabelled);
}

TEST_CASE("-1 is a class if a requested name or a name of the model is -1") {
  const Rows rows = labelled({"-1", "-1"});
  CHECK(ids_of(named({"-1", "0", "1"}), rows) == std::vector<int64_t>{0, 0});
  CHECK(ids_of(named({"0", "-1"}), declared({"neg", "pos"}, {"-1"})) == std::vector<int64_t>{1});
  const LabelMap model = LabelMap::decide(labelled({"-1", "1", "0"}), "label", {.model_names = {"1", "0", "-1"}});
  CHECK(model.id2label() == Names{"1", "0", "-1"});
  CHECK(ids_of(model, rows) == std::vector<int64_t>{2, 2});
}

TEST_CASE("integers of all splits share one label map, with a warning for classes without training rows") {
  const std::vector<LabelledSplit> splits = {{"training", labelled({"0", "1"})}, {"validation", labelled({"-1", "1"})}};
  const LabelMap map = LabelMap::decide(splits, "label", {});
  CHECK(map.id2label() == Names{"-1", "0", "1"});
  CHECK(ids_of(map, splits[0].rows) == std::vector<int64_t>{1, 2});
  CHECK(ids_of(map, splits[1].rows) == std::vector<int64_t>{0, 2});
  REQUIRE(map.warnings().size() == 1);
  CHECK(map.warnings()[0].starts_with("no training row has the label -1, which validation rows hold (the first: "));
  CHECK(map.warnings()[0].ends_with("train.csv:2)"));
  const std::vector<LabelledSplit> types = {
      {"a", labelled({"0", "1"})}, {"b", jsonl({"2.0"})}, {"c", jsonl({"\"3\""})}};
  CHECK(LabelMap::decide(types, "label", {}).size() == 4);
}

TEST_CASE("a split that does not decide labels adds no class, and declares none") {
  const std::vector<LabelledSplit> splits = {{"training", labelled({"0", "1"})},
                                             {"test", labelled({"2", "1"}), /*decides_labels=*/false}};
  const LabelMap map = LabelMap::decide(splits, "label", {});
  CHECK(map.id2label() == Names{"LABEL_0", "LABEL_1"});
  CHECK(map.warnings().empty());
  const Error error = expect_error([&] { ids_of(map, splits[1].rows); });
  CHECK(contains(error.what(), "train.csv:2: label 2 is not below the number of labels, 2"));
  const std::vector<LabelledSplit> named = {{"training", labelled({"b", "a"})},
                                            {"test", declared({"a", "b", "c"}, {"0"}), /*decides_labels=*/false}};
  CHECK(LabelMap::decide(named, "label", {}).id2label() == Names{"a", "b"});
}

TEST_CASE("a text that occurs only in evaluation rows is not a class") {
  const std::vector<LabelledSplit> splits = {{"training", labelled({"a", "b"})}, {"validation", labelled({"c"})}};
  const LabelMap map = LabelMap::decide(splits, "label", {});
  CHECK(map.id2label() == Names{"a", "b"});
  CHECK(contains(expect_error([&] { ids_of(map, splits[1].rows); }).what(), "label \"c\" is not one of a, b"));
}

TEST_CASE("texts are integers only if all of them are canonical") {
  CHECK(LabelMap::decide(jsonl({"\"01\"", "\"02\"", "\"03\""}), "label").id2label() == Names{"01", "02", "03"});
  CHECK(map_of({"\"03\"", "\"01\"", "\"02\""}).id2label() == Names{"01", "02", "03"});
  CHECK(map_of({"01", "1", "2"}).id2label() == Names{"01", "1", "2"});
  CHECK(LabelMap::decide(jsonl({"\"0\"", "\"1\"", "\"+2\""}), "label").id2label() == Names{"+2", "0", "1"});
  CHECK(LabelMap::decide(jsonl({"\"0\"", "\"1\"", "\"2\""}), "label").id2label() ==
        Names{"LABEL_0", "LABEL_1", "LABEL_2"});
}

TEST_CASE("integers of at least 2^63 are integers") {
  const Names large = {"9223372036854775808", "18446744073709551615"};
  for (const Rows& rows : {jsonl(large), labelled(large)}) {
    const LabelMap map = LabelMap::decide(rows, "label");
    CHECK(map.id2label() == large);
    CHECK(ids_of(map, rows) == std::vector<int64_t>{0, 1});
  }
  CHECK(LabelMap::decide(jsonl({"9223372036854775808", "-5", "7"}), "label").id2label() ==
        Names{"-5", "7", "9223372036854775808"});
}

TEST_CASE("white space around a label is ignored") {
  const std::string good = "\xE5\xA5\xBD\xE8\xAF\x84";
  const LabelMap map = map_of({"bad", " " + good + " ", good});
  CHECK(map.id2label() == Names{"bad", good});
  REQUIRE(map.notes().size() == 1);
  CHECK(map.notes()[0].starts_with("ignored white space around 1 label in column \"label\" (the first: "));
  CHECK(map.notes()[0].ends_with("train.csv:3)"));
  CHECK(LabelMap::decide(jsonl({"\"pos\\u3000\"", "\" pos\"", "\"neg\\t\""}), "label").id2label() ==
        Names{"neg", "pos"});
  CHECK(ids_of(named({" a", "b"}), jsonl({"\" a\"", "\"a\""})) == std::vector<int64_t>{0, 0});
}

TEST_CASE("texts are sorted by code point, in any script") {
  CHECK(map_of({"pos", "neg", "pos"}).id2label() == Names{"neg", "pos"});
  CHECK(map_of({"b", "B", "a", "\xC3\xA9"}).id2label() == Names{"B", "a", "b", "\xC3\xA9"});
  const LabelMap chinese = map_of({"\xE8\xB4\x9F", "\xE6\xAD\xA3"});
  CHECK(chinese.id2label() == Names{"\xE6\xAD\xA3", "\xE8\xB4\x9F"});
  CHECK(chinese.id("\xE8\xB4\x9F") == 1);
  CHECK(map_of({"1", "x", "0"}).id2label() == Names{"0", "1", "x"});
}

TEST_CASE("booleans are False and True, even if only one occurs") {
  const LabelMap map = map_of({"true", "true"});
  CHECK(map.id2label() == Names{"False", "True"});
  CHECK(ids_of(map, jsonl({"true", "false"})) == std::vector<int64_t>{1, 0});
  CHECK(ids_of(map, jsonl({"0"})) == std::vector<int64_t>{0});
}

TEST_CASE("names that the file declares keep their order") {
  const Rows rows = read_rows(HONE_SOURCE_DIR "/tests/fixtures/table/class_label.parquet");
  const LabelMap map = LabelMap::decide(rows, "label");
  CHECK(map.id2label() == Names{"negative", "positive", "\xE4\xB8\xAD\xE6\x80\xA7"});
  CHECK(map.is_declared());
  CHECK(ids_of(map, labelled({"2"})) == std::vector<int64_t>{2});
}

TEST_CASE("ids are translated by name if both sides declare names") {
  const Names file = {"entailment", "neutral", "contradiction"}, model = {"contradiction", "entailment", "neutral"};
  const Rows rows = declared(file, {"0", "1", "2", "-1"});
  const std::vector<int64_t> by_name = {1, 2, 0};
  const LabelMap evaluated = LabelMap::decide(rows, "label", {.names = model});
  CHECK(ids_of(evaluated, rows.take(3)) == by_name);
  CHECK(kind_of(evaluated, rows, 3) == kUnlabelled);
  CHECK(evaluated.warnings().empty());
  const LabelMap trained_further = LabelMap::decide(rows, "label", {.model_names = model});
  CHECK(trained_further.id2label() == model);
  CHECK(ids_of(trained_further, rows.take(3)) == by_name);
  const Names upper = {"CONTRADICTION", "ENTAILMENT", "NEUTRAL"};
  CHECK(ids_of(named(upper, rows), rows.take(3)) == by_name);
  CHECK(ids_of(named(upper, rows), declared(file, {"neutral"})) == std::vector<int64_t>{2});
}

TEST_CASE("splits that declare their classes in different orders are translated by name") {
  const std::vector<LabelledSplit> splits = {{"training", declared({"neg", "pos"}, {"0", "1"})},
                                             {"validation", declared({"pos", "neg"}, {"0", "1"})},
                                             {"test", declared({"pos", "mixed"}, {"0", "1"})}};
  const LabelMap map = LabelMap::decide(splits, "label", {});
  CHECK(map.id2label() == Names{"neg", "pos"});
  CHECK(ids_of(map, splits[1].rows) == std::vector<int64_t>{1, 0});
  CHECK(ids_of(map, splits[2].rows.take(1)) == std::vector<int64_t>{1});
  CHECK(contains(expect_error([&] { ids_of(map, splits[2].rows); }).what(), "label \"mixed\" is not one of neg, pos"));
}

TEST_CASE("requested names replace declared ones that share no name with them, with a warning") {
  const Rows rows = declared({"no", "yes"}, {"1", "0"});
  const LabelMap map = named({"NEGATIVE", "POSITIVE"}, rows);
  CHECK(ids_of(map, rows) == std::vector<int64_t>{1, 0});
  REQUIRE(map.warnings().size() == 1);
  CHECK(contains(map.warnings()[0],
                 "column \"label\" declares the classes no, yes, none of which is one of NEGATIVE, "
                 "POSITIVE: their ids are used as they are"));
  CHECK(named({"LABEL_0", "LABEL_1"}, rows).warnings().empty());
  CHECK(contains(expect_error([&] { ids_of(named({"a", "b", "c"}, rows), rows); }).what(),
                 "label \"yes\" is not one of a, b, c"));
  const Rows beyond = declared({"no", "yes"}, {"7"});
  CHECK(contains(expect_error([&] { ids_of(named({"yes", "no"}, beyond), beyond); }).what(),
                 "label 7 is not below the number of labels, 2"));
}

TEST_CASE("a trained model keeps its classes if the rows have no others") {
  const auto names = [](const Rows& rows, const Names& model) {
    return LabelMap::decide(rows, "label", {.model_names = model}).id2label();
  };
  CHECK(names(labelled({"pos", "neg"}), {"pos", "neg"}) == Names{"pos", "neg"});
  CHECK(names(labelled({"pos", "neg"}), {"pos", "neg", "mixed"}) == Names{"pos", "neg", "mixed"});
  CHECK(names(labelled({"pos", "other"}), {"pos", "neg"}) == Names{"other", "pos"});
  CHECK(names(labelled({"pos", "neg"}), {"LABEL_0", "LABEL_1"}) == Names{"neg", "pos"});
  CHECK(names(labelled({"0", "1"}), {"pos", "neg"}) == Names{"pos", "neg"});
  CHECK(names(labelled({"0", "1", "2"}), {"pos", "neg"}) == Names{"LABEL_0", "LABEL_1", "LABEL_2"});
}

TEST_CASE(
    "if requested names are in another order than the model's, the model's order stays, and ids mean the requested "
    "one") {
  const Rows rows = labelled({"0", "1", "pos", "neg"});
  const LabelMap map = LabelMap::decide(rows, "label", {.names = {"pos", "neg"}, .model_names = {"neg", "pos"}});
  CHECK(map.id2label() == Names{"neg", "pos"});
  CHECK(ids_of(map, rows) == std::vector<int64_t>{1, 0, 1, 0});
  REQUIRE(map.notes().size() == 1);
  CHECK(contains(map.notes()[0], "in another order, which is kept: neg, pos"));
}

TEST_CASE("num_labels may be larger than the number of classes in the rows, but not smaller") {
  const auto decided = [](const Names& labels, const LabelSources& sources) {
    return LabelMap::decide(labelled(labels), "label", sources);
  };
  const LabelMap more = decided({"0", "1"}, {.num_labels = 3});
  CHECK(more.id2label() == Names{"LABEL_0", "LABEL_1", "LABEL_2"});
  CHECK(
      more.warnings() ==
      Names{"num_labels is 3, but column \"label\" holds 2 labels: LABEL_0, LABEL_1; the others get no training rows"});
  CHECK(decided({"0", "1"}, {.num_labels = 2}).warnings().empty());
  CHECK(ids_of(decided({"0", "2"}, {.num_labels = 4}), labelled({"2"})) == std::vector<int64_t>{2});
  const auto refused = [&](const Names& labels, const LabelSources& sources) {
    return expect_error([&] { decided(labels, sources); });
  };
  const Error below = refused({"0", "1", "2"}, {.num_labels = 2});
  CHECK(below.kind() == ErrorKind::kUsage);
  CHECK(contains(below.what(), "num_labels is 2, but column \"label\" holds 3 labels: LABEL_0, LABEL_1, LABEL_2"));
  CHECK(contains(below.hint(), "leave num_labels out"));
  CHECK(std::string(refused({"bad", "good"}, {.num_labels = 3}).what()) ==
        "num_labels is 3, but column \"label\" holds 2 labels: bad, good");
  CHECK(std::string(refused({"a"}, {.names = {"a", "b"}, .num_labels = 3}).what()) ==
        "num_labels is 3, but id2label has 2 names: a, b");
}

TEST_CASE("requested names, from a list or JSON, match cells that are names or ids") {
  const LabelMap map = named(label_names_of_option("NEGATIVE, POSITIVE"));
  CHECK(map.id2label() == Names{"NEGATIVE", "POSITIVE"});
  CHECK(ids_of(map, labelled({"POSITIVE", "0"})) == std::vector<int64_t>{1, 0});
  CHECK(ids_of(map, jsonl({"true", "false"})) == std::vector<int64_t>{1, 0});
  CHECK(label_names_of_option("{\"1\": \"b\", \"0\": \"a\"}") == Names{"a", "b"});
  CHECK(label_names_of_option(" [\"a\", \"b\"]") == Names{"a", "b"});
  CHECK_FALSE(LabelMap::from_names({"LABEL_0", "LABEL_1"}).is_named());
}

TEST_CASE("invalid lists of names are usage errors") {
  const auto message = [](std::string_view text) {
    const Error error = expect_error([&] { label_names_of_option(text); });
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

TEST_CASE("columns without classes are errors") {
  CHECK(contains(expect_error([] { map_of({"", ""}); }).what(), "holds no label"));
  CHECK(contains(expect_error([] { map_of({"-1", "-1"}); }).what(), "holds no label"));
  const Error fraction = expect_error([] { map_of({"1", "4.75"}); });
  CHECK(contains(fraction.what(), "train.csv:3: label 4.75 in column \"label\" is a fraction, not a class"));
  Names many;
  for (int i = 0; i < 10'001; ++i) many.push_back("l" + std::to_string(i));
  CHECK(contains(expect_error([&] { map_of(many); }).what(), "holds more than 10000 different labels"));
  const TemporaryFolder folder;
  const Rows nested = read_rows(folder.write("a.jsonl", "{\"text\": \"a\", \"label\": [1]}\n"));
  CHECK(contains(expect_error([&] { LabelMap::decide(nested, "label"); }).what(), "holds lists or objects"));
}

TEST_CASE("a trained model with equal names gives the rows no classes") {
  const LabelMap map = LabelMap::decide(labelled({"a", "b"}), "label", {.model_names = {"a", "b", "a"}});
  CHECK(map.id2label() == Names{"a", "b"});
}

}  // namespace labels_test
