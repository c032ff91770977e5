#include "data/report_parts.h"

#include <doctest/doctest.h>

#include "data/report_files.h"

namespace report_parts_test {

using namespace hone;
using namespace hone::data;

TEST_CASE("problems come before warnings, and warnings before notes") {
  const TemporaryFolder folder;
  const Report report = report_of(
      {folder.write("my data.csv", "text,label\nsee http://a.org,0\nsee http://a.org,1\n<b>x</b> and more,0\n")});
  std::vector<std::string> ids;
  for (const Finding& row : report.findings) ids.push_back(row.id);
  const auto place = [&](std::string_view id) { return std::ranges::find(ids, id) - ids.begin(); };
  CHECK(place("label_conflicts") < place("html"));
  CHECK(place("html") < place("urls"));
  CHECK(finding(report, "html")->commands[0].find("my data.csv' --strip-html --output 'my data.clean.csv'") !=
        std::string::npos);
}

}  // namespace report_parts_test
