#include <doctest/doctest.h>

#include "base/files.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace data_report_test {

using namespace hone;

TEST_CASE("the report is text, JSON, and a page") {
  const TemporaryFolder folder;
  const std::string train = folder.write("train.csv", "text,label\ngood film,1\nbad <b>film</b>,0\n").string();
  const std::string test = folder.write("test.csv", "text,label\ngood film,1\n").string();
  const std::string page = (folder.path() / "report.html").string();
  const auto result = run_hone({"data", "report", train, test, "--html", page});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.output, "100.0% of the 1 rows of test also stand in train"));
  CHECK(read_file(page).starts_with("<!doctype html>"));
  CHECK(run_hone({"data", "report", train, "--html", page}).exit_code == 2);
  CHECK(contains(run_hone({"data", "report", train, "--html", "-"}).error, "--html - is not a file"));
  const Json json = Json::parse(run_hone({"data", "report", train, "--json", "--model", tiny_model()}).output);
  CHECK(json["rows"] == 2);
  CHECK(json["tokens"]["min"] == 4);  // [CLS] good film [SEP]
}

TEST_CASE("an empty file is an error") {
  const TemporaryFolder folder;
  CHECK(run_hone({"data", "report", folder.write("a.csv", "").string()}).exit_code == 1);
}

}  // namespace data_report_test
