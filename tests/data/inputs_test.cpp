#include "data/inputs.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "temporary_folder.h"

namespace inputs_test {

using namespace hone;
using namespace hone::data;

InputOptions options_for(std::vector<std::filesystem::path> files) {
  InputOptions options;
  for (const auto& file : files) options.files.push_back(file.string());
  return options;
}

TEST_CASE("parts come from the names of files, train first") {
  const TemporaryFolder folder;
  const auto test = folder.write("reviews-test.csv", "text\na\n"), train = folder.write("train.csv", "text\nb\n"),
             other = folder.write("extra.csv", "text\nc\n");
  const auto parts = input_parts(options_for({other, test, train}));
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].name == "train");
  CHECK(parts[1].name == "test");
  CHECK(parts[2].name == "extra");
}

TEST_CASE("a folder has the splits of the Hub's layout") {
  const TemporaryFolder folder;
  folder.write("d/train-00000-of-00001.csv", "text\na\n");
  folder.write("d/test-00000-of-00001.csv", "text\nb\n");
  const auto parts = input_parts(options_for({folder.path() / "d"}));
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].name == "train");
}

TEST_CASE("a file that is given twice is an error") {
  const TemporaryFolder folder;
  const auto file = folder.write("a.csv", "text\na\n");
  const Error error = expect_error([&] { input_parts(options_for({file, folder.path() / "." / "a.csv"})); });
  CHECK(contains(error.what(), "is given twice"));
}

TEST_CASE("texts of pairs and of words are joined") {
  const TemporaryFolder folder;
  const table::Rows pairs = table::read_rows(folder.write("p.csv", "sentence1,sentence2,label\na,b,1\n,c,0\n"));
  std::string scratch;
  const RowTexts texts(pairs, choose_columns(pairs, {}).text);
  CHECK(texts.text(0, scratch) == "a\nb");
  CHECK_FALSE(texts.text(1, scratch).has_value());
  const table::Rows words = table::read_rows(folder.write("w.conll", "Ada B-PER\nran O\n"));
  CHECK(RowTexts(words, choose_columns(words, {}).text).text(0, scratch) == "Ada ran");
}

TEST_CASE("labels are texts without the white space around them") {
  const TemporaryFolder folder;
  const table::Rows rows = table::read_rows(folder.write("l.csv", "text,label\na, pos \nb,007\nc,\n"));
  const table::Column column = rows.column("label");
  CHECK(label_text(column, 0) == "pos");
  CHECK(label_text(column, 1) == "007");
  CHECK(label_text(column, 2).empty());
  const table::Rows numbers = table::read_rows(folder.write("n.jsonl", "{\"text\": \"a\", \"label\": 3}\n"));
  CHECK(label_text(numbers.column("label"), 0) == "3");
}

}  // namespace inputs_test
