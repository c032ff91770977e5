// csv and tsv: the messages. read_test.cpp compares the cells with HF datasets.
#include <doctest/doctest.h>

#include "captured_log.h"
#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace delimited_test {

using namespace hone;
using namespace hone::table;

Error error_of(std::string_view text, const std::string& name = "train.csv", const ReadOptions& options = {}) {
  const TemporaryFolder folder;
  const auto path = folder.write(name, text);
  return expect_error([&] { read_rows(path, options); });
}

TEST_CASE("a ragged row is an error with its line and both numbers of cells") {
  const Error more = error_of("text,label\na,1\n\nb,c,0\n");
  CHECK(contains(more.what(), "train.csv:4: 3 fields, but there should be 2 fields"));
  CHECK(contains(more.hint(), "put quotes around"));
  CHECK(contains(error_of("text,label\n\"a\n\",1\nb\n").what(), "train.csv:4: 1 field, but there should be 2 fields"));
  const Error tsv = error_of("text\tlabel\na\t1\t2\n", "a.tsv");
  CHECK(contains(tsv.what(), "a.tsv:2: 3 fields"));
  CHECK(contains(tsv.hint(), "quotes are plain characters in this file"));
}

TEST_CASE("unclosed quotes and text after a closing quote are errors") {
  CHECK(contains(error_of("text,label\na,1\n\"b,0\nc,1\n").what(), "train.csv:3: a quote is opened here and never"));
  const Error early = error_of("text,label\n\"he said \"hi\" to me\",1\n");
  CHECK(contains(early.what(), "train.csv:2: text follows the closing quote of field 1"));
  CHECK(contains(early.hint(), "twice"));
}

TEST_CASE("an unusual separator is detected, with a note") {
  const TemporaryFolder folder;
  const auto check = [&](const std::string& name, const std::string& text, const std::string& note) {
    const auto path = folder.write(name, text);
    const std::string log = captured_log([&] {
      const Rows rows = read_rows(path);
      CHECK(rows.column_names() == std::vector<std::string>{"text", "label"});
      CHECK(rows.text(0, "text") == "good, really; good");
      CHECK(rows.text(1, "label") == "0");
    });
    CHECK(log == (note.empty() ? "" : path.string() + ": the fields are separated by " + note + "\n"));
  };
  check("semicolon.csv", "text;label\n\"good, really; good\";1\nbad, I say;0\n", "\";\"");
  check("tab.csv", "text\tlabel\ngood, really; good\t1\nbad\t0\n", "tabs");
  check("bar.csv", "text|label\ngood, really; good|1\nbad|0\n", "\"|\"");
  check("comma.tsv", "text,label\n\"good, really; good\",1\nbad,0\n", "\",\"");
  check("comma.csv", "text,label\n\"good, really; good\",1\nbad; bad,0\n", "");
}

TEST_CASE("in a file with one column, separators are text") {
  const TemporaryFolder folder;
  CHECK(read_rows(folder.write("a.csv", "text\ngood; film\nbad\n")).text(0, "text") == "good; film");
  CHECK(read_rows(folder.write("b.csv", "text\na|b\nc|d\n")).column_names() == std::vector<std::string>{"text"});
}

TEST_CASE("white space around column names is removed, with a note") {
  const TemporaryFolder folder;
  const auto path = folder.write("a.csv", "text, label\ngood, positive\n");
  const std::string log = captured_log([&] {
    const Rows rows = read_rows(path);
    CHECK(rows.column_names() == std::vector<std::string>{"text", "label"});
    CHECK(rows.text(0, "label") == " positive");
  });
  CHECK(log ==
        path.string() + ": the column name \" label\" is read as \"label\", without the white space around it\n");
  captured_log([&] {
    CHECK(read_rows(folder.write("b.csv", "text\xE3\x80\x80,\" label \"\na,b\n")).column_names() ==
          std::vector<std::string>{"text", "label"});
    CHECK(read_rows(folder.write("c.csv", "text, text\na,b\n")).column_names() ==
          std::vector<std::string>{"text", "text.1"});
  });
}

TEST_CASE("lines may end in CR only") {
  const TemporaryFolder folder;
  const Rows rows = read_rows(folder.write("a.csv", "text,label\rgood film,1\rbad film,0\r"));
  REQUIRE(rows.size() == 2);
  CHECK(rows.text(1, "text") == "bad film");
  CHECK(rows.location(1) == (folder.path() / "a.csv").string() + ":3");
  CHECK(read_rows(folder.write("b.tsv", "text\tlabel\rgood\t1")).text(0, "label") == "1");
}

TEST_CASE("empty files, files of blank lines and header-only files are errors") {
  CHECK(contains(error_of("").what(), "train.csv: the file is empty"));
  CHECK(contains(error_of("\n \n\n").what(), "train.csv: the file is empty"));
  const Error header = error_of("text,label\n");
  CHECK(contains(header.what(), "train.csv: there are no rows"));
  CHECK(contains(header.hint(), "header only"));
}

TEST_CASE("a first row with data instead of a header is an error") {
  CHECK(contains(error_of("I loved it,1\nI hated it,0\n").what(),
                 "train.csv:1: the first row looks like data, not like column names: it holds \"1\""));
  CHECK(contains(error_of(std::string(300, 'x') + ",y\na,b\n").what(), "looks like data"));
  const TemporaryFolder folder;
  CHECK(read_rows(folder.write("pandas.csv", "0,1\na,b\n")).column_names() == std::vector<std::string>{"0", "1"});
}

TEST_CASE("an option can name the columns of a file without a header") {
  const TemporaryFolder folder;
  ReadOptions options;
  options.column_names = {"text", "label"};
  const Rows rows = read_rows(folder.write("a.csv", "I loved it,1\nI hated it,0\n"), options);
  CHECK(rows.size() == 2);
  CHECK(rows.text(0, "text") == "I loved it");
  CHECK(rows.location(0) == (folder.path() / "a.csv").string() + ":1");
}

TEST_CASE("equal column names get numbers as in pandas, also if the numbered name exists already") {
  const TemporaryFolder folder;
  const Rows rows = read_rows(folder.write("a.csv", "a,a,a.1,a\n1,2,3,4\n"));
  // pandas.read_csv returns a, a.2, a.1, a.3
  CHECK(rows.column_names() == std::vector<std::string>{"a", "a.2", "a.1", "a.3"});
}

TEST_CASE("the tsv files of pandas and of GLUE are both read correctly") {
  const TemporaryFolder folder;
  CHECK(read_rows(folder.write("a.tsv", "text\tlabel\n\"two\nlines\"\t1\nb\t0\n")).text(0, "text") == "two\nlines");
  CHECK(read_rows(folder.write("b.tsv", "text\tlabel\n\" a\t1\nb\t0\n")).text(0, "text") == "\" a");
}

TEST_CASE("text that is not UTF-8 is an error, or latin-1 if requested") {
  CHECK(contains(error_of("text,label\ncaf\xE9,1\n").what(), "train.csv:2: byte 0xE9"));
  const TemporaryFolder folder;
  ReadOptions options;
  options.charset = Charset::kLatin1;
  CHECK(read_rows(folder.write("a.csv", "text,label\ncaf\xE9,1\n"), options).text(0, "text") == "caf\xC3\xA9");
}

TEST_CASE("records longer than the first window are read completely") {
  const TemporaryFolder folder;
  const std::string large(10u << 20, 'x');
  const Rows rows = read_rows(folder.write("a.csv", "text,label\n\"" + large + "\n\",1\nb,0\n"));
  CHECK(rows.text(0, "text")->size() == large.size() + 1);
  CHECK(rows.location(1) == (folder.path() / "a.csv").string() + ":4");
}

}  // namespace delimited_test
