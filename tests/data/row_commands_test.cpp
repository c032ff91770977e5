#include "data/row_commands.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace row_commands_test {

using namespace hone;
using namespace hone::data;

template <typename Options>
Options options_for(const std::vector<std::filesystem::path>& files) {
  Options options;
  for (const auto& file : files) options.input.files.push_back(file.string());
  return options;
}

std::string numbered(int rows) {
  std::string text = "text,label\n";
  for (int i = 0; i < rows; ++i) text += "row " + std::to_string(i) + "," + std::to_string(i % 2) + "\n";
  return text;
}

TEST_CASE("head prints rows with their places, through several files") {
  const TemporaryFolder folder;
  auto options = options_for<HeadOptions>({folder.write("a.csv", numbered(2)), folder.write("b.csv", numbered(9))});
  options.num_rows = 3;
  const std::string text = head_rows(options);
  CHECK(contains(text, "a.csv:2\n  text   row 0\n  label  0\n"));
  CHECK(contains(text, "b.csv:2\n"));
  CHECK_FALSE(contains(text, "b.csv:3\n"));
}

TEST_CASE("show prints the rows that are named") {
  const TemporaryFolder folder;
  auto options = options_for<ShowOptions>({folder.write("a.csv", numbered(9))});
  options.rows = {"7", "2-3"};
  options.output.columns = {"text"};
  const std::string text = show_rows(options);
  CHECK(contains(text, "a.csv:9\n  text  row 7\n\n"));
  CHECK(contains(text, "row 2"));
  CHECK_FALSE(contains(text, "label"));
  CHECK(parsed_rows({"7", "2-3"}, 9) == std::vector<uint64_t>{7, 2, 3});
  for (const char* wrong : {"9", "3-2", "x", "1-", "-1"}) {
    CAPTURE(wrong);
    CHECK(expect_error([&] { parsed_rows({wrong}, 9); }).kind() == ErrorKind::kUsage);
  }
}

TEST_CASE("a sample is that of datasets' shuffle") {
  const TemporaryFolder folder;
  auto options = options_for<RowSampleOptions>({folder.write("a.csv", numbered(10))});
  options.num_rows = 3;
  options.output.output = folder.path() / "s.jsonl";
  CHECK(sample_rows(options) == "wrote 3 rows to " + options.output.output.string() + "\n");
  const table::Rows rows = table::read_rows(options.output.output);
  // numpy.random.default_rng(42).permutation(10)[:3]
  CHECK(*rows.text(0, "text") == "row 5");
  CHECK(*rows.text(1, "text") == "row 6");
  CHECK(*rows.text(2, "text") == "row 0");
  options.per_class = true;
  options.output.overwrite = true;
  options.num_rows = 2;
  sample_rows(options);
  CHECK(table::read_rows(options.output.output).size() == 4);
}

TEST_CASE("convert keeps every row, and needs an output that is not an input") {
  const TemporaryFolder folder;
  const auto file = folder.write("a.csv", numbered(10));
  auto options = options_for<ConvertOptions>({file});
  CHECK(contains(expect_error([&] { convert_rows(options); }).hint(), "--output"));
  options.output.output = file;
  CHECK(expect_error([&] { convert_rows(options); }).kind() == ErrorKind::kUsage);
  options.output.output = folder.path() / "a.parquet";
  convert_rows(options);
  const table::Rows rows = table::read_rows(options.output.output);
  CHECK(rows.size() == 10);
  CHECK(*rows.text(9, "text") == "row 9");
  CHECK(std::get<int64_t>(rows.value(9, "label")) == 1);
}

TEST_CASE("merge fills missing columns and names the files") {
  const TemporaryFolder folder;
  const auto first = folder.write("a.csv", "text,label\nx,1\n"),
             second = folder.write("b.jsonl", "{\"text\": \"y\", \"more\": 2.5}\n");
  auto options = options_for<MergeOptions>({first, second});
  options.output.output = folder.path() / "m.jsonl";
  options.source_column = "file";
  merge_rows(options);
  const table::Rows rows = table::read_rows(options.output.output);
  REQUIRE(rows.size() == 2);
  CHECK(table::is_null(rows.value(1, "label")));
  CHECK(table::is_null(rows.value(0, "more")));
  CHECK(*rows.text(1, "file") == second.string());
  options.source_column = "text";
  options.output.overwrite = true;
  CHECK(contains(expect_error([&] { merge_rows(options); }).what(), "already have a column"));
}

}  // namespace row_commands_test
