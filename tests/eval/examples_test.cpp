#include "eval/examples.h"

#include <doctest/doctest.h>

#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "table/read.h"

using namespace hone;

namespace {

const std::vector<std::string> kNames = {"NEGATIVE", "POSITIVE"};

std::vector<std::string> texts_of(const std::vector<eval::Example>& examples) {
  std::vector<std::string> texts;
  for (const eval::Example& example : examples) texts.push_back(example.text);
  return texts;
}

}  // namespace

TEST_CASE("examples are short rows of the evaluation set that cycle through the labels") {
  const TemporaryFolder folder;
  std::string csv = "text,label\n";
  for (int i = 0; i < 5; ++i) csv += fmt::format("bad {},0\n", i);
  csv += "\"  \",1\n" + std::string(500, 'x') + ",1\ngood 0,1\ngood 1,1\n";
  const table::Rows rows = table::read_rows(folder.write("rows.csv", csv));
  const std::vector<int64_t> labels = {0, 0, 0, 0, 0, 1, 1, 1, 1};
  const auto examples = eval::choose_examples(rows, {"text", {}}, labels, kNames);
  CHECK(texts_of(examples) == std::vector<std::string>{"bad 0", "good 0", "bad 1", "good 1", "bad 2", "bad 3"});
  CHECK(examples[1].label == "POSITIVE");
  CHECK_FALSE(examples[1].text_pair);
}

TEST_CASE("examples of pairs have both texts, and survive writing and reading") {
  const TemporaryFolder folder;
  const table::Rows rows = table::read_rows(folder.write("rows.csv", "a,b,label\nit rains,it is wet,1\nx,,0\n"));
  const auto examples = eval::choose_examples(rows, {"a", "b"}, std::vector<int64_t>{1, 0}, kNames);
  REQUIRE(examples.size() == 1);
  eval::write_examples(folder.path(), examples);
  const auto read = eval::read_examples(folder.path());
  REQUIRE(read.size() == 1);
  CHECK(read[0].text == "it rains");
  CHECK(read[0].text_pair == "it is wet");
  CHECK(read[0].label == "POSITIVE");
  eval::write_examples(folder.path(), {});  // a run without examples removes those of an earlier run
  CHECK_FALSE(std::filesystem::exists(folder.path() / eval::kExamplesFile));
}

TEST_CASE("a folder without examples or with a malformed file has none") {
  const TemporaryFolder folder;
  CHECK(eval::read_examples(folder.path()).empty());
  for (const char* content : {"", "[1]", R"({"examples": 3})", R"({"examples": [{"text": 1}, "x", {"label": "a"}]})"}) {
    CAPTURE(content);
    folder.write(eval::kExamplesFile, content);
    CHECK(eval::read_examples(folder.path()).empty());
  }
}
