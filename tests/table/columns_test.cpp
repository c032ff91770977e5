#include "table/columns.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace columns_test {

using namespace hone;
using namespace hone::table;

Rows with_header(const std::string& header, const std::string& row) {
  const TemporaryFolder folder;
  return read_rows(folder.write("a.tsv", header + "\n" + row + "\n"));
}

TEST_CASE("text columns are found by name, in upper or lower case, before other columns") {
  CHECK(find_text_columns(with_header("id\ttext\tlabel", "a\tb\tc")).text == "text");
  CHECK(find_text_columns(with_header("label\tReview", "1\tgood")).text == "Review");
  CHECK(find_text_columns(with_header("title\tcontent\tlabel", "a\tb\tc")).text == "content");
}

TEST_CASE("the two columns of a pair are found together") {
  const TextColumns stsb = find_text_columns(with_header("genre\tsentence1\tsentence2\tscore", "a\tb\tc\t1"));
  CHECK(stsb.text == "sentence1");
  CHECK(stsb.text_pair == "sentence2");
  const TextColumns mrpc =
      find_text_columns(with_header("Quality\t#1 ID\t#2 ID\t#1 String\t#2 String", "1\t2\t3\ta\tb"));
  CHECK(mrpc.text == "#1 String");
  CHECK(mrpc.text_pair == "#2 String");
  CHECK(find_label_column(with_header("Quality\t#1 ID\t#2 ID\t#1 String\t#2 String", "1\t2\t3\ta\tb")) == "Quality");
}

TEST_CASE("Chinese column names are recognised") {
  const char* comment = "\xE8\xAF\x84\xE8\xAE\xBA\xE5\x86\x85\xE5\xAE\xB9";
  const char* label = "\xE6\xA0\x87\xE7\xAD\xBE";
  const char* sentiment = "\xE6\x83\x85\xE6\x84\x9F";
  const Rows rows = with_header(std::string("user\t") + comment + "\t" + label, "a\tb\tc");
  CHECK(find_text_columns(rows).text == comment);
  CHECK(find_label_column(rows) == label);
  CHECK(find_label_column(with_header(std::string("text\t") + sentiment, "a\tb")) == sentiment);
  const std::string sentence = "\xE5\x8F\xA5\xE5\xAD\x90";
  CHECK(find_text_columns(with_header(sentence + "1\t" + sentence + "2\tlabel", "a\tb\tc")).text_pair ==
        sentence + "2");
}

TEST_CASE("the only string column is the text under any name") {
  CHECK(find_text_columns(with_header("n\tstuff\tlabel", "1\tgood\tx")).text == "stuff");
}

TEST_CASE("a column of numbers in a csv file can be the text because of its name") {
  CHECK(find_text_columns(with_header("text\tlabel", "123\t1")).text == "text");
}

TEST_CASE("no text or label column is an error that lists the columns") {
  const Error none = expect_error([] { find_text_columns(with_header("a\tb", "1\t2")); });
  CHECK(contains(none.what(), "a.tsv: no column looks like the text column"));
  CHECK(none.hint() == "name it with --text-column; the columns: \"a\" (int), \"b\" (int)");
  CHECK(contains(expect_error([] { find_text_columns(with_header("a\tb", "x\ty")); }).what(),
                 "more than one column looks like the text column"));
  const Error label = expect_error([] { find_label_column(with_header("text\tb", "x\ty")); });
  CHECK(contains(label.what(), "a.tsv: no column looks like the label column"));
  CHECK(contains(label.hint(), "\"text\" (string), \"b\" (string)"));
}

TEST_CASE("names set by options take precedence, and must exist") {
  const Rows rows = with_header("text\tother\tlabel", "a\tb\tc");
  CHECK(choose_text_columns(rows, "other", "").text == "other");
  CHECK_FALSE(choose_text_columns(rows, "other", "").text_pair);
  CHECK(choose_text_columns(rows, "", "other").text_pair == "other");
  CHECK(choose_label_column(rows, "") == "label");
  CHECK(choose_label_column(rows, "other") == "other");
  CHECK(contains(expect_error([&] { choose_text_columns(rows, "txt", ""); }).hint(), "did you mean \"text\"?"));
  CHECK_THROWS_AS(choose_label_column(rows, "lable"), Error);
}

}  // namespace columns_test
