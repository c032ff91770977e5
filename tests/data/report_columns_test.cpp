#include <doctest/doctest.h>

#include "data/report_files.h"

namespace report_columns_test {

using namespace hone;
using namespace hone::data;

TEST_CASE("columns have types, roles, missing and blank cells") {
  const TemporaryFolder folder;
  const auto file = folder.write("a.jsonl",
                                 "{\"text\": \"one\", \"label\": 1, \"note\": null}\n"
                                 "{\"text\": \"  \", \"label\": 0}\n"
                                 "{\"text\": null, \"label\": 0, \"note\": \"x\"}\n");
  const Report report = report_of({file});
  REQUIRE(report.columns.size() == 3);
  CHECK(report.columns[0].role == "text");
  CHECK(report.columns[0].missing == 1);
  CHECK(report.columns[0].blank == 1);
  CHECK(report.columns[1].type == "int");
  CHECK(report.columns[1].role == "label");
  CHECK(report.columns[2].missing == 2);
  const Finding* missing = finding(report, "missing_text");
  REQUIRE(missing != nullptr);
  CHECK(missing->rows == 2);
  REQUIRE(missing->commands.size() == 1);
  CHECK(missing->commands[0].ends_with("--drop-missing --output a.clean.jsonl"));
}

}  // namespace report_columns_test
