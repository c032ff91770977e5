#include "task/tag_names.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace tag_names_test {

using namespace hone;
using namespace hone::task;

using Texts = std::vector<std::string>;

TagNames decided(std::string_view lines, const TagNameSources& sources = {}, const Texts& declared = {}) {
  const TemporaryFolder folder;
  table::ReadOptions options;
  if (!declared.empty()) options.class_names["tags"] = declared;
  const table::Rows rows = table::read_rows(folder.write("rows.jsonl", lines), options);
  return decide_tag_names(rows, table::choose_tagged_columns(rows, "", ""), sources);
}

const char* const kWords = R"({"tokens": ["a", "b", "c", "d"], "tags": ["O", "I-x", "B-x", null]})";
const char* const kNumbers = R"({"tokens": ["a", "b"], "tags": [0, 10]})";

TEST_CASE("the tags of the rows are sorted, as in run_ner.py") {
  CHECK(decided(kWords).names == Texts{"B-x", "I-x", "O"});
  CHECK(decided(R"({"text": "abc", "spans": [[0, 1, "y"], [1, 2, "x"]]})").names ==
        Texts{"B-x", "B-y", "I-x", "I-y", "O"});
}

TEST_CASE("the user's names come first, then those that the file declares") {
  CHECK(decided(kWords, {.required = {"O", "B-x", "I-x"}}).names == Texts{"O", "B-x", "I-x"});
  CHECK(decided(kNumbers, {}, {"O", "B-x"}).names == Texts{"O", "B-x"});
}

TEST_CASE("a model that knows the same tags keeps its order; other tags replace its own, with a warning") {
  const TagNames same = decided(kWords, {.model_names = {"O", "I-x", "B-x"}});
  CHECK(same.names == Texts{"O", "I-x", "B-x"});
  CHECK(same.warnings.empty());
  const TagNames other = decided(kWords, {.model_names = {"O", "B-y"}});
  CHECK(other.names == Texts{"B-x", "I-x", "O"});
  REQUIRE(other.warnings.size() == 1);
  CHECK(other.warnings[0] ==
        "the model was trained for the tags O, B-y; the rows have B-x, I-x, O, which replace them");
}

TEST_CASE("integers without names are ids of the model's tags, else they are their own names, with a warning") {
  CHECK(decided(R"({"tokens": ["a"], "tags": [1]})", {.model_names = {"O", "B-x"}}).names == Texts{"O", "B-x"});
  const TagNames numbers = decided(kNumbers);
  CHECK(numbers.names.size() == 11);
  CHECK(numbers.names[10] == "10");
  REQUIRE(numbers.warnings.size() == 1);
  CHECK(contains(numbers.warnings[0], "the tags in \"tags\" are numbers without names"));
}

TEST_CASE("rows without any tag are an error") {
  const Error error = expect_error([] { decided(R"({"tokens": ["a"], "tags": [null]})"); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "no row has a tag in \"tags\""));
}

}  // namespace tag_names_test
