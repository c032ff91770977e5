#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace data_clean_test {

using namespace hone;

TEST_CASE("clean writes rows and a record, and warns of rules that harm") {
  const TemporaryFolder folder;
  const std::string in = folder.write("in.csv", "text,label\nA<br>B,1\nA<br>B,1\n").string();
  const std::string out = (folder.path() / "out.csv").string();
  const auto result =
      run_hone({"data", "clean", in, "--strip-html", "--lower-case", "--duplicates", "first", "--output", out});
  CHECK(result.exit_code == 0);
  CHECK(read_file(out) == "text,label\na b,1\n");
  CHECK(contains(result.output, "2 rows before, 1 after"));
  CHECK(contains(result.error, "--lower-case may harm"));
  CHECK(read_json(folder.path() / "out.record.json")["rows_after"] == 1);
}

TEST_CASE("--try measures a trained model before and after the text rules") {
  const TemporaryFolder folder;
  const std::string in =
      folder.write("in.csv", "text,label\nThe BEST film,POSITIVE\na bad movie,NEGATIVE\nit is,NEUTRAL\n").string();
  const std::string out = (folder.path() / "out.csv").string();
  const std::string model = tiny_model();
  auto result = run_hone({"data", "clean", in, "--mask-urls", "x", "--output", out, "--try", model});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.output, "on the rows before and after the text rules"));
  CHECK(contains(result.output, "rows                   3         3\n"));
  CHECK(contains(result.output, "accuracy"));
  CHECK(contains(result.output, "+0.0000"));  // no row has a web address
  std::filesystem::remove(out);
  result = run_hone({"data", "clean", in, "--drop-missing", "--output", out, "--overwrite", "--try", model});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "no text rule is on"));
  CHECK(!std::filesystem::exists(out));
}

TEST_CASE("with the rows on standard output, the numbers of the trial go to standard error") {
  const TemporaryFolder folder;
  const std::string in = folder.write("in.csv", "text,label\nThe BEST film,POSITIVE\na bad movie,NEGATIVE\n").string();
  const auto result =
      run_hone({"data", "clean", in, "--lower-case", "--output", "-", "--output-format=csv", "--try", tiny_model()});
  CHECK(result.exit_code == 0);
  CHECK(result.output == "text,label\nthe best film,POSITIVE\na bad movie,NEGATIVE\n");
  CHECK(contains(result.error, "on the rows before and after the text rules"));
  CHECK(contains(result.error, "accuracy"));
}

TEST_CASE("wrong options are reported before a model is tried") {
  const TemporaryFolder folder;
  const std::string in = folder.write("in.csv", "text,label\na,1\n").string();
  const auto result = run_hone({"data", "clean", in, "--lower-case", "--rename-labels=x", "--output", "-", "--try",
                                (folder.path() / "no").string()});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "\"x\" is not OLD=NEW"));
}

TEST_CASE("without a rule there is nothing to clean") {
  const TemporaryFolder folder;
  const std::string in = folder.write("in.csv", "text,label\na,1\n").string();
  const auto result = run_hone({"data", "clean", in, "--output", (folder.path() / "o.csv").string()});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "no rule is on"));
}

}  // namespace data_clean_test
