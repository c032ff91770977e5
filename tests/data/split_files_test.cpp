#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <set>

#include "data/split_files.h"
#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace split_files_test {

using namespace hone;
using namespace hone::data;

std::string csv(const std::string& header, int rows, const std::function<std::string(int)>& row) {
  std::string text = header + "\n";
  for (int i = 0; i < rows; ++i) text += row(i) + "\n";
  return text;
}

SplitOptions options_for(const std::filesystem::path& file, const std::filesystem::path& folder) {
  SplitOptions options;
  options.input.files = {file.string()};
  options.output_dir = folder;
  return options;
}

TEST_CASE("files of parts hold all rows once, stratified") {
  const TemporaryFolder folder;
  const auto file = folder.write("all.csv", csv("text,label,id", 100, [](int i) {
                                   return fmt::format("row number {},{},{:03}", i, i % 4 == 0 ? "neg" : "pos", i);
                                 }));
  const SplitReport report = split_files(options_for(file, folder.path() / "out"));
  REQUIRE(report.parts.size() == 3);
  CHECK(report.parts[0].class_rows == std::vector<uint64_t>{20, 60});
  std::set<std::string> ids;
  for (const SplitPart& part : report.parts) {
    const table::Rows rows = table::read_rows(part.file);
    CHECK(rows.size() == part.rows);
    for (uint64_t row = 0; row < rows.size(); ++row) ids.insert(std::string(*rows.text(row, "id")));
  }
  CHECK(ids.size() == 100);
  CHECK(ids.contains("007"));
  CHECK(contains(expect_error([&] { split_files(options_for(file, folder.path() / "out")); }).hint(), "--overwrite"));
}

TEST_CASE("a class with one row is an error that names it") {
  const TemporaryFolder folder;
  const auto file = folder.write(
      "all.csv", csv("text,label", 50, [](int i) { return fmt::format("row {},{}", i, i == 3 ? "rare" : "usual"); }));
  const Error error = expect_error([&] { split_files(options_for(file, folder.path() / "out")); });
  CHECK(std::string(error.what()) == "class \"rare\" has 1 row, too few for 3 parts");
  CHECK(contains(error.hint(), "--no-stratify"));
}

TEST_CASE("a split by time puts the newest rows last") {
  const TemporaryFolder folder;
  const auto file = folder.write(
      "all.csv", csv("text,label,day", 20, [](int i) { return fmt::format("row {},a,2024-01-{:02}", i, 20 - i); }));
  SplitOptions options = options_for(file, folder.path() / "out");
  options.time_column = "day";
  options.parts = "70/30";
  const SplitReport report = split_files(options);
  const table::Rows test = table::read_rows(report.parts[1].file);
  REQUIRE(test.size() == 6);
  for (uint64_t row = 0; row < test.size(); ++row) CHECK(*test.text(row, "day") >= "2024-01-15");
}

TEST_CASE("near duplicates stay in one part") {
  const TemporaryFolder folder;
  const std::vector<std::string> words = {"river", "quiet", "lamp", "orange", "seven", "window", "glass", "north"};
  const auto text = [&](int i) {
    std::string sentence;
    for (int k = 0; k < 6; ++k)
      sentence += words[static_cast<size_t>((i * 31 + k * k * 7 + i * k) % 8)] + std::to_string(i * 7 + k) + " ";
    return sentence;
  };
  const auto file = folder.write("all.csv", csv("text,label", 300, [&](int i) {
                                   return fmt::format("{}{},{}", text(i / 3), i % 3 == 0 ? "end" : "END", i % 2);
                                 }));
  SplitOptions options = options_for(file, folder.path() / "out");
  options.deduplicate_across = true;
  const SplitReport report = split_files(options);
  std::map<std::string, std::string> part_of_text;
  for (const SplitPart& part : report.parts) {
    const table::Rows rows = table::read_rows(part.file);
    for (uint64_t row = 0; row < rows.size(); ++row) {
      std::string key(*rows.text(row, "text"));
      key.resize(key.size() - 3);
      CHECK(part_of_text.try_emplace(key, part.name).first->second == part.name);
    }
  }
  CHECK(part_of_text.size() == 100);
}

}  // namespace split_files_test
