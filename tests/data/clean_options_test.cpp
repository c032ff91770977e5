#include "data/clean_options.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "temporary_folder.h"

namespace clean_options_test {

using namespace hone;
using namespace hone::data;

// Checks options that would change the texts of rows, after `set`.
void check(const TemporaryFolder& folder, const std::function<void(CleanOptions&)>& set) {
  CleanOptions options;
  options.input.files = {folder.write("in.csv", "text,label\na,b\n").string()};
  options.output.output = folder.path() / "out.csv";
  options.lower_case = true;
  set(options);
  check_clean_options(options);
}

Error refused(const std::function<void(CleanOptions&)>& set) {
  const TemporaryFolder folder;
  return expect_error([&] { check(folder, set); });
}

TEST_CASE("the rules are named in the order in which they are applied") {
  const std::vector<std::string> names = clean_rule_order();
  CHECK(names.front() == "fix_mojibake");
  CHECK(names[12] == "remove_stop_words");
  CHECK(names[14] == "correct_labels");
  CHECK(names.back() == "near_duplicates");
}

TEST_CASE("each rule for rows is a rule") {
  const TemporaryFolder folder;
  const std::vector<std::function<void(CleanOptions&)>> rules = {
      [](auto& o) { o.correct_labels = "x.csv"; }, [](auto& o) { o.trim_labels = true; },
      [](auto& o) { o.rename_labels = {"a=b"}; },  [](auto& o) { o.keep_labels = {"a"}; },
      [](auto& o) { o.drop_missing = true; },      [](auto& o) { o.min_characters = 1; },
      [](auto& o) { o.max_characters = 1; },       [](auto& o) { o.drop_regex = {"a"}; },
      [](auto& o) { o.keep_regex = {"a"}; },       [](auto& o) { o.drop_rows_of = {"x.csv"}; },
      [](auto& o) { o.duplicates = "first"; },     [](auto& o) { o.near_duplicates = "first"; }};
  for (const auto& rule : rules) {
    CHECK_NOTHROW(check(folder, [&](CleanOptions& options) {
      options.lower_case = false;
      rule(options);
    }));
  }
}

TEST_CASE("what is wrong with the options alone is found before any row is read") {
  CHECK(contains(refused([](auto& o) { o.lower_case = false; }).what(), "no rule is on"));
  CHECK(contains(refused([](auto& o) { o.output.output.clear(); }).what(), "the cleaned rows need a file"));
  CHECK(contains(refused([](auto& o) { o.output.output = o.input.files[0]; }).what(), "are the same file"));
  CHECK(contains(refused([](auto& o) { o.output.output = "out.doc"; }).what(), "out.doc"));
  CHECK(contains(refused([](auto& o) {
                   o.output.output = "-";
                   o.output.output_format = "parquet";
                 }).what(),
                 "parquet cannot be written to a stream"));
  CHECK(contains(refused([](auto& o) { o.record = o.input.files[0]; }).what(), "--record"));
  CHECK(contains(refused([](auto& o) { o.record = "-"; }).what(), "--record - is not a file"));
  CHECK(contains(refused([](auto& o) { o.drop_rows_of = o.input.files; }).what(), "--drop-rows-of"));
  CHECK(contains(refused([](auto& o) { o.rename_labels = {"x"}; }).what(), "--rename-labels: \"x\" is not OLD=NEW"));
  CHECK(contains(refused([](auto& o) { o.drop_regex = {"(a"}; }).what(), "--drop-regex"));
  CHECK(contains(refused([](auto& o) { o.keep_regex = {"(a"}; }).what(), "--keep-regex"));
  CHECK(contains(refused([](auto& o) { o.replace_regex = {"a"}; }).what(), "is not EXPRESSION=>TEXT"));
  const Error trial = refused([](auto& o) {
    o.lower_case = false;
    o.drop_missing = true;
    o.try_model = "model";
  });
  CHECK(trial.kind() == ErrorKind::kUsage);
  CHECK(contains(trial.what(), "no text rule is on"));
  CHECK(contains(trial.hint(), "remove --try"));
}

TEST_CASE("the record has the output's name; rows on standard output have one only if it is named") {
  CleanOptions options;
  options.output.output = "a/out.csv";
  CHECK(record_path(options) == "a/out.record.json");
  options.output.output = "-";
  CHECK(record_path(options).empty());
  options.record = "r.json";
  CHECK(record_path(options) == "r.json");
}

}  // namespace clean_options_test
