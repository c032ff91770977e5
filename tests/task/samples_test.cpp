#include "task/samples.h"

#include <doctest/doctest.h>

#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "table/read.h"

namespace samples_test {

using namespace hone;

const std::vector<std::string> kNames = {"NEGATIVE", "POSITIVE"};

std::vector<std::string> texts_of(const std::vector<task::Sample>& samples) {
  std::vector<std::string> texts;
  for (const task::Sample& sample : samples) texts.push_back(sample.text);
  return texts;
}

TEST_CASE("samples are short rows of the set, one label after the other") {
  const TemporaryFolder folder;
  std::string csv = "text,label\n";
  for (int i = 0; i < 5; ++i) csv += fmt::format("bad {},0\n", i);
  csv += "\"  \",1\n" + std::string(500, 'x') + ",1\ngood 0,1\ngood 1,1\n";
  const table::Rows rows = table::read_rows(folder.write("rows.csv", csv));
  const std::vector<int64_t> labels = {0, 0, 0, 0, 0, 1, 1, 1, 1};
  const auto samples = task::choose_samples(rows, {"text", {}}, labels, kNames);
  CHECK(texts_of(samples) == std::vector<std::string>{"bad 0", "good 0", "bad 1", "good 1", "bad 2", "bad 3"});
  CHECK(samples[1].label == "POSITIVE");
  CHECK_FALSE(samples[1].text_pair);
}

TEST_CASE("samples of pairs have both texts, and are read back as they were written") {
  const TemporaryFolder folder;
  const table::Rows rows = table::read_rows(folder.write("rows.csv", "a,b,label\nit rains,it is wet,1\nx,,0\n"));
  const auto samples = task::choose_samples(rows, {"a", "b"}, std::vector<int64_t>{1, 0}, kNames);
  REQUIRE(samples.size() == 1);
  task::write_samples(folder.path(), samples);
  const auto read = task::read_samples(folder.path());
  REQUIRE(read.size() == 1);
  CHECK(read[0].text == "it rains");
  CHECK(read[0].text_pair == "it is wet");
  CHECK(read[0].label == "POSITIVE");
  task::write_samples(folder.path(), {});  // a training without samples does not keep those of an earlier one
  CHECK_FALSE(std::filesystem::exists(folder.path() / task::kSamplesFile));
}

TEST_CASE("a folder without samples, or with a file of something else, has none") {
  const TemporaryFolder folder;
  CHECK(task::read_samples(folder.path()).empty());
  for (const char* content : {"", "[1]", R"({"examples": 3})", R"({"examples": [{"text": 1}, "x", {"label": "a"}]})"}) {
    CAPTURE(content);
    folder.write(task::kSamplesFile, content);
    CHECK(task::read_samples(folder.path()).empty());
  }
}

}  // namespace samples_test
