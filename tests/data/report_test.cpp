#include "data/report.h"

#include <doctest/doctest.h>

#include "data/report_files.h"
#include "data/report_json.h"
#include "data/report_page.h"
#include "data/report_text.h"
#include "expect_error.h"

namespace report_test {

using namespace hone;
using namespace hone::data;

Report example(const TemporaryFolder& folder) {
  return report_of({folder.write("train.csv", "text,label\none<br>two,0\n</script><script>alert(1),1\n\x1B[31mred,1\n"),
                    folder.write("test.csv", "text,label\none<br>two,0\n")});
}

TEST_CASE("the text names rows, leaks and findings, and cannot control the terminal") {
  const TemporaryFolder folder;
  const std::string text = to_text(example(folder));
  CHECK(contains(text, "4 rows: train 3, test 1"));
  CHECK(contains(text, "100.0% of the 1 rows of test also stand in train (1 equal, 0 nearly equal)"));
  CHECK(contains(text, "problem: leak"));
  CHECK(contains(text, "$ hone data clean"));
  CHECK_FALSE(contains(text, "\x1B"));
}

TEST_CASE("JSON has every section, and sentences in both languages") {
  const TemporaryFolder folder;
  const Json json = to_json(example(folder));
  for (const char* key : {"rows", "parts", "columns", "classes", "characters", "scripts", "languages", "noise", "leaks",
                          "duplicates", "findings"}) {
    CAPTURE(key);
    CHECK(json.contains(key));
  }
  const Json& leak = json.at("findings")[0];
  CHECK(leak.at("id") == "leak");
  CHECK(leak.at("severity") == "problem");
  CHECK(leak.at("topic") == "repeats");
  CHECK(leak.at("rows") == 1);
  CHECK_FALSE(leak.at("title_zh").get<std::string>().empty());
  CHECK_FALSE(contains(leak.at("title").get<std::string>(), "{"));
}

TEST_CASE("the page holds the report and requests nothing") {
  const TemporaryFolder folder;
  std::string page = to_page(example(folder));
  // The name of SVG's elements is no address that a browser requests.
  const std::string name = "\"http://www.w3.org/2000/svg\"";
  page.erase(page.find(name), name.size());
  CHECK(contains(page, "\\u003c/script>\\u003cscript>alert(1)"));
  CHECK_FALSE(contains(page, "</script><script>alert(1)"));
  CHECK(contains(page, "default-src 'none'"));
  CHECK_FALSE(contains(page, "http://"));
  CHECK_FALSE(contains(page, "https://"));
  CHECK_FALSE(contains(page, "src=\""));
}

TEST_CASE("an empty file and a file without texts are errors") {
  const TemporaryFolder folder;
  CHECK(expect_error([&] { report_of({folder.write("a.csv", "")}); }).kind() == ErrorKind::kInput);
  CHECK(
      contains(expect_error([&] { report_of({folder.write("b.csv", "text,label\n")}); }).what(), "there are no rows"));
  CHECK(contains(expect_error([&] { report_of({folder.write("c.csv", "a,b\n1,2\n")}); }).what(),
                 "no column looks like the text column"));
}

}  // namespace report_test
