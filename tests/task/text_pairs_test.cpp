#include "task/text_pairs.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace text_pairs_test {

using namespace hone;

struct Given {
  Given(const char* name, const std::string& content) : rows(table::read_rows(folder.write(name, content))) {}

  task::PairColumns columns() const { return task::find_pair_columns(rows, options, seq2seq); }
  task::TextPair read(uint64_t row) const { return task::PairReader(rows, columns()).read(row); }

  TemporaryFolder folder;
  table::Rows rows;
  task::RowOptions options;
  task::Seq2SeqOptions seq2seq;
};

TEST_CASE("texts and targets are found by the usual names, by languages, or as the options say") {
  Given named("rows.jsonl", R"({"id": "1", "article": "a long text", "highlights": "short"})");
  CHECK(named.read(0).text == "a long text");
  CHECK(named.read(0).target == "short");
  Given by_language("rows.csv", "de,en\nHund,dog\n");
  by_language.seq2seq.source_lang = "en";
  by_language.seq2seq.target_lang = "de";
  CHECK(by_language.read(0).text == "dog");
  CHECK(by_language.read(0).target == "Hund");
  by_language.options.text_column = "de";
  by_language.seq2seq.target_column = "en";
  CHECK(by_language.read(0).text == "Hund");
  CHECK(by_language.read(0).target == "dog");
}

TEST_CASE("a column of objects has a text for each language") {
  Given rows("rows.jsonl",
             "{\"translation\": {\"en\": \"dog\", \"de\": \"Hund\"}}\n{\"translation\": {\"en\": \"cat\"}}\n");
  const Error unnamed = expect_error([&] { rows.columns(); });
  CHECK(unnamed.kind() == ErrorKind::kUsage);
  CHECK(contains(unnamed.what(), "the column \"translation\" has the languages en, de"));
  CHECK(contains(unnamed.hint(), "--source-lang and --target-lang"));
  rows.seq2seq.source_lang = "de";
  rows.seq2seq.target_lang = "en";
  CHECK(rows.read(0).text == "Hund");
  CHECK(rows.read(0).target == "dog");
  const task::PairReader pairs(rows.rows, rows.columns());
  CHECK(pairs.problem(0).empty());
  CHECK(pairs.problem(1) == "\"de\" is missing or blank");
  rows.seq2seq.source_lang = "fr";
  const Error unknown = expect_error([&] { rows.columns(); });
  CHECK(contains(unknown.what(), "has no language \"fr\""));
  CHECK(contains(unknown.hint(), "it has en, de"));
}

TEST_CASE("a row without one of its texts says which") {
  Given rows("rows.csv", "text,target\na,b\n  ,b\na,\n");
  const task::PairReader pairs(rows.rows, rows.columns());
  CHECK(pairs.problem(0).empty());
  CHECK(pairs.problem(1) == "\"text\" is missing or blank");
  CHECK(pairs.problem(2) == "\"target\" is missing or blank");
}

TEST_CASE("rows without usual names are errors that name the option") {
  Given rows("rows.csv", "text,b\nx,y\n");
  const Error error = expect_error([&] { rows.columns(); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "no column has the usual name of a target"));
  CHECK(contains(error.hint(), "--target-column names it; the columns are text, b"));
  rows.seq2seq.target_column = "c";
  CHECK(contains(expect_error([&] { rows.columns(); }).what(), "\"c\""));
}

}  // namespace text_pairs_test
