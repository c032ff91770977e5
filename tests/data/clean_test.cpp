#include "data/clean.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "data/data_fixture.h"
#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace clean_test {

using namespace hone;
using namespace hone::data;

struct Cleaned {
  CleanRecord record;
  std::vector<std::string> texts, labels;
};

Cleaned clean(const TemporaryFolder& folder, const std::string& content, const std::function<void(CleanOptions&)>& set,
              const std::string& name = "in.csv") {
  CleanOptions options;
  options.input.files = {folder.write(name, content).string()};
  options.output.output = folder.path() / "out.jsonl";
  options.output.overwrite = true;
  set(options);
  Cleaned result{clean_rows(options), {}, {}};
  const table::Rows rows = table::read_rows(options.output.output);
  for (uint64_t row = 0; row < rows.size(); ++row) {
    result.texts.emplace_back(rows.text(row, "text").value_or("(null)"));
    if (rows.has_column("label")) result.labels.push_back(table::value_text(rows.value(row, "label")));
  }
  return result;
}

using Texts = std::vector<std::string>;

TEST_CASE("each rule for texts changes what it names") {
  const TemporaryFolder folder;
  const auto text = [&](const std::string& before, const std::function<void(CleanOptions&)>& set) {
    return clean(folder, Json({{"text", before}, {"label", "x"}}).dump() + "\n", set, "in.jsonl").texts[0];
  };
  CHECK(text("caf\xC3\x83\xC2\xA9", [](auto& o) { o.fix_mojibake = true; }) == "caf\xC3\xA9");
  CHECK(text("a<br/>b", [](auto& o) { o.strip_html = true; }) == "a b");
  CHECK(text("a &amp; b", [](auto& o) { o.unescape_entities = true; }) == "a & b");
  CHECK(text("\xEF\xBC\xA1\xEF\xBC\x81\xE3\x80\x80x", [](auto& o) { o.half_width = true; }) == "A! x");
  CHECK(text("a\x01\tb", [](auto& o) { o.remove_control = true; }) == "a\tb");
  CHECK(text("a\xE2\x80\x8B"
             "b",
             [](auto& o) { o.remove_invisible = true; }) == "ab");
  CHECK(text("see http://a.b/c now", [](auto& o) { o.mask_urls = "[URL]"; }) == "see [URL] now");
  CHECK(text("me@a.org", [](auto& o) { o.mask_emails = ""; }).empty());
  CHECK(text("10 of 20", [](auto& o) { o.mask_numbers = "N"; }) == "N of N");
  CHECK(text("\xC3\x89T\xC3\x89", [](auto& o) { o.lower_case = true; }) == "\xC3\xA9t\xC3\xA9");
  CHECK(text("this is not good", [](auto& o) { o.remove_stop_words = {"en"}; }) == "not good");
  CHECK(text(" a \n\xC2\xA0 b ", [](auto& o) { o.collapse_whitespace = true; }) == "a b");
}

TEST_CASE("a regular expression replaces what it matches, with its groups") {
  const TemporaryFolder folder;
  const auto text = [&](const std::string& before, std::vector<std::string> replacements) {
    return clean(
               folder, Json({{"text", before}}).dump() + "\n", [&](auto& o) { o.replace_regex = replacements; },
               "in.jsonl")
        .texts[0];
  };
  CHECK(text("a [1] b [23]", {R"(\s*\[\d+\]=>)"}) == "a b");
  CHECK(text("2026-11-29", {R"((\d+)-(\d+)-(\d+)=>$3.$2.$1 $$ $0)"}) == "29.11.2026 $ 2026-11-29");
  CHECK(text("aXc", {"(a)|(b)=>[$1$2]"}) == "[a]Xc");
  CHECK(text("a=>b", {"=>=>->", "->=>"}) == "ab");
  CHECK(text("\xE7\x94\xB5\xE5\xBD\xB1 ok", {R"(\p{Han}=><zh>)"}) == "<zh><zh> ok");
  CHECK(text("ab", {"x*=>-"}) == "-a-b-");  // as Python's re.sub
  CHECK(contains(expect_error([&] { text("a", {"=>x"}); }).what(), "--replace-regex: \"=>x\" is not EXPRESSION=>TEXT"));
  CHECK(contains(expect_error([&] { text("a", {"(a)=>$2"}); }).what(), "names group $2, but the expression has 1"));
  CHECK(contains(expect_error([&] { text("a", {"(a=>x"}); }).what(), "--replace-regex"));
  CHECK(contains(expect_error([&] { text(std::string(60, 'a') + "b", {"(a+)+$=>x"}); }).what(), "runs away"));
}

TEST_CASE("rows are dropped whose text matches, or does not match, a regular expression") {
  const TemporaryFolder folder;
  const std::string rows = "text,label\nBuy now!,x\ngood film,y\nADVERT,x\n";
  CHECK(clean(folder, rows, [](auto& o) { o.drop_regex = {"(?i)buy", "^ADV"}; }).texts == Texts{"good film"});
  CHECK(clean(folder, rows, [](auto& o) { o.keep_regex = {"film|!$"}; }).texts == Texts{"Buy now!", "good film"});
  CHECK(clean(folder, rows, [](auto& o) {
          o.lower_case = true;
          o.drop_regex = {"advert"};
        }).texts == Texts{"buy now!", "good film"});
  const auto broken = [&] { clean(folder, rows, [](auto& o) { o.keep_regex = {"["}; }); };
  CHECK(contains(expect_error(broken).what(), "--keep-regex"));
}

TEST_CASE("Unicode forms are those of Python's unicodedata") {
  const TemporaryFolder folder;
  for (const auto& [form, row] : data_fixture().at("forms").items()) {
    const auto found = clean(
        folder, Json({{"text", row[0]}}).dump() + "\n", [&, name = form](auto& o) { o.unicode_form = name; },
        "in.jsonl");
    CHECK(found.texts[0] == row[1].get<std::string>());
  }
}

TEST_CASE("rules are applied in the stated order, and each is recorded") {
  const TemporaryFolder folder;
  const Cleaned found = clean(folder, "text,label\n&lt;b&gt;Bold&lt;/b&gt;,a\nplain,b\n",
                              [](auto& o) { o.lower_case = o.unescape_entities = o.strip_html = true; });
  // Tags are removed before entities are decoded, so that a text about tags keeps them.
  CHECK(found.texts == Texts{"<b>bold</b>", "plain"});
  REQUIRE(found.record.rules.size() == 3);
  CHECK(found.record.rules[0].name == "strip_html");
  CHECK(found.record.rules[0].rows == 0);
  CHECK(found.record.rules[1].name == "unescape_entities");
  CHECK(found.record.rules[1].rows == 1);
  CHECK(found.record.rules[1].row_numbers == std::vector<uint64_t>{0});
  CHECK(found.record.rules[2].examples[0].after == "<b>bold</b>");
  CHECK(found.record.rules[2].examples[0].location.ends_with("in.csv:2"));
  const Json json = read_json(folder.path() / "out.record.json");
  CHECK(json.at("rules")[1].at("rule") == "unescape_entities");
}

TEST_CASE("an example shows the first change of a long text") {
  const TemporaryFolder folder;
  const std::string start(100, 'a');
  const Cleaned found = clean(folder, "text,label\n" + start + "BC,x\n", [](auto& o) { o.lower_case = true; });
  CHECK(found.record.rules[0].examples[0].before == "..." + std::string(40, 'a') + "BC");
  CHECK(found.record.rules[0].examples[0].after == "..." + std::string(40, 'a') + "bc");
}

TEST_CASE("duplicates keep the first row or the majority's label") {
  const TemporaryFolder folder;
  const std::string rows = "text,label\nsame,a\nsame,b\nsame ,b\nother,a\n";
  CHECK(clean(folder, rows, [](auto& o) { o.duplicates = "first"; }).labels == Texts{"a", "a"});
  const Cleaned majority = clean(folder, rows, [](auto& o) { o.duplicates = "majority"; });
  CHECK(majority.labels == Texts{"b", "a"});
  CHECK(majority.record.rules[0].row_numbers == std::vector<uint64_t>{0, 2});
  CHECK(clean(folder, "text,label\nsame,b\nsame,a\n", [](auto& o) { o.duplicates = "majority"; }).labels == Texts{"b"});
}

TEST_CASE("duplicates are found after the texts are cleaned") {
  const TemporaryFolder folder;
  const Cleaned found = clean(folder, "text,label\nGood,a\ngood,a\n", [](auto& o) {
    o.lower_case = true;
    o.duplicates = "first";
  });
  CHECK(found.texts == Texts{"good"});
}

TEST_CASE("near duplicates and rows of other files are dropped") {
  const TemporaryFolder folder;
  const std::string text = "a sentence that is long enough to have many shingles in it";
  const Cleaned near = clean(folder, "text,label\n" + text + ",a\n" + text + "!,b\nother,a\n",
                             [](auto& o) { o.near_duplicates = "first"; });
  CHECK(near.labels == Texts{"a", "a"});
  const auto train = folder.write("train.csv", "text,label\n" + text + ",a\n");
  const Cleaned test =
      clean(folder, "text,label\n" + text + ".,a\nother,b\n", [&](auto& o) { o.drop_rows_of = {train.string()}; });
  CHECK(test.texts == Texts{"other"});
}

TEST_CASE("labels are trimmed, renamed and filtered; missing and too long rows go") {
  const TemporaryFolder folder;
  const Cleaned found =
      clean(folder, "text,label\none, pos \ntwo,postive\nthree,odd\nfour,\n,pos\ntoo long a text,pos\n", [](auto& o) {
        o.trim_labels = o.drop_missing = true;
        o.rename_labels = {"postive=pos"};
        o.keep_labels = {"pos", ""};
        o.max_characters = 5;
      });
  CHECK(found.texts == Texts{"one", "two"});
  CHECK(found.labels == Texts{"pos", "pos"});
  std::vector<std::pair<std::string, uint64_t>> rules;
  for (const RuleRecord& rule : found.record.rules) rules.emplace_back(rule.name, rule.rows);
  CHECK(rules ==
        std::vector<std::pair<std::string, uint64_t>>{
            {"trim_labels", 1}, {"rename_labels", 1}, {"keep_labels", 1}, {"drop_missing", 2}, {"max_characters", 1}});
}

TEST_CASE("a rule that harms pretrained models is warned of, unless the model is uncased") {
  const TemporaryFolder folder;
  folder.write("model/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\napple\n");
  folder.write("model/config.json", "{\"model_type\": \"bert\"}");
  const auto warnings = [&](const std::function<void(CleanOptions&)>& set) {
    return clean(folder, "text,label\nApple,a\n", set).record.warnings;
  };
  REQUIRE(warnings([](auto& o) { o.lower_case = true; }).size() == 1);
  CHECK(contains(warnings([](auto& o) { o.lower_case = true; })[0], "--lower-case may harm"));
  CHECK(warnings([&](auto& o) {
          o.lower_case = true;
          o.model_name_or_path = folder.path() / "model";
        }).empty());
  CHECK(warnings([](auto& o) { o.remove_stop_words = {"en"}; }).size() == 1);
}

TEST_CASE("wrong uses are errors that say what to do") {
  const TemporaryFolder folder;
  const std::string rows = "text,label\na,b\n";
  CHECK(contains(expect_error([&] { clean(folder, rows, [](auto&) {}); }).what(), "no rule is on"));
  CHECK(contains(expect_error([&] { clean(folder, rows, [](auto& o) { o.rename_labels = {"x"}; }); }).what(),
                 "\"x\" is not OLD=NEW"));
  CHECK(contains(expect_error([&] { clean(folder, "text\na\n", [](auto& o) { o.trim_labels = true; }); }).hint(),
                 "--label-column"));
  CHECK(contains(expect_error([&] {
                   clean(folder, rows, [&](auto& o) {
                     o.lower_case = true;
                     o.output.output = folder.path() / "in.csv";
                   });
                 }).what(),
                 "FILE"));
}

TEST_CASE("corrected labels are written, and later rules for labels see them") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.write("corrections.csv", "row,label\n1, good \n2,bad\n");
  const Cleaned cleaned = clean(folder, "text,label\na,bad\nb,bad\nc,bad\n", [&](auto& o) {
    o.correct_labels = file;
    o.rename_labels = {"good=fine"};
  });
  CHECK(cleaned.labels == Texts{"bad", "fine", "bad"});
  REQUIRE(cleaned.record.rules.size() == 2);
  CHECK(cleaned.record.rules[0].name == "correct_labels");
  CHECK(cleaned.record.rules[0].row_numbers == std::vector<uint64_t>{1});
  CHECK(cleaned.record.rules[0].examples[0].before == "bad");
  CHECK(cleaned.record.rules[0].examples[0].after == "good");
  CHECK(cleaned.record.rules[1].rows == 1);
}

// The type of the label column and its cells, as the written file has them.
std::pair<table::ColumnType, Texts> written_labels(const TemporaryFolder& folder, const std::string& output,
                                                   const std::function<void(CleanOptions&)>& set) {
  const auto file = folder.path() / output;
  clean(folder, "text,label\na,0\nb,1\nc,\nd, 1\n", [&](auto& o) {
    set(o);
    o.output.output = file;
  });
  const table::Rows rows = table::read_rows(file);
  Texts labels;
  for (uint64_t row = 0; row < rows.size(); ++row) labels.push_back(table::value_text(rows.value(row, "label")));
  return {rows.column("label").type(), labels};
}

TEST_CASE("changed labels of a csv file that look like integers have one type in the output") {
  using enum table::ColumnType;
  const TemporaryFolder folder;
  const auto file = folder.write("corrections.csv", "row,label\n0,1\n");
  for (const std::string output : {"labels.jsonl", "labels.parquet", "labels.arrow"}) {
    CAPTURE(output);
    const auto labels = [&](const std::function<void(CleanOptions&)>& set) {
      return written_labels(folder, output, set);
    };
    CHECK(labels([&](auto& o) { o.correct_labels = file; }) == std::pair(kInt, Texts{"1", "1", "", "1"}));
    CHECK(labels([&](auto& o) { o.rename_labels = {"1=2"}; }) == std::pair(kString, Texts{"0", "2", "", " 1"}));
    CHECK(labels([&](auto& o) {
            o.correct_labels = file;
            o.trim_labels = true;
            o.rename_labels = {"1=one"};
          }) == std::pair(kString, Texts{"one", "one", "", "one"}));
  }
}

TEST_CASE("a corrected label that does not fit integers is an error before anything is written, but fits a csv file") {
  const TemporaryFolder folder;
  const auto file = folder.write("corrections.csv", "row,label\n0,good\n");
  const auto set = [&](auto& o) { o.correct_labels = file; };
  const Error error = expect_error([&] { written_labels(folder, "labels.parquet", set); });
  CHECK(std::string(error.what()) == "label \"good\" does not fit column \"label\", which holds int values");
  CHECK(!std::filesystem::exists(folder.path() / "labels.parquet"));
  CHECK(written_labels(folder, "labels.csv", set).second == Texts{"good", "1", "", " 1"});
  CHECK(clean(folder, "text,label\na,\nb,\n", set).labels == Texts{"good", ""});
}

TEST_CASE("corrected labels of numbers stay numbers") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.write("corrections.csv", "row,label\n0,1\n");
  const auto set = [&](auto& o) { o.correct_labels = file; };
  CHECK(clean(folder, "{\"text\": \"a\", \"label\": 0}\n", set, "in.jsonl").labels == Texts{"1"});
  folder.write("corrections.csv", "row,label\n0,good\n");
  CHECK(contains(expect_error([&] { clean(folder, "{\"text\": \"a\", \"label\": 0}\n", set, "in.jsonl"); }).what(),
                 "does not fit column \"label\""));
}

}  // namespace clean_test
