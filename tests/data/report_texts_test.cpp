#include <doctest/doctest.h>

#include "data/report_files.h"

namespace report_texts_test {

using namespace hone;
using namespace hone::data;

TEST_CASE("noise is counted, with the command that removes it") {
  const TemporaryFolder folder;
  const Report report = report_of({folder.write("a.csv", "text,label\none<br>two,0\nfish &amp; chips,1\nplain,1\n")});
  REQUIRE(finding(report, "html") != nullptr);
  CHECK(finding(report, "html")->rows == 1);
  CHECK(finding(report, "html")->total == 3);
  CHECK(finding(report, "html")->commands[0].find("--strip-html") != std::string::npos);
  CHECK(finding(report, "html")->examples[0].text == "one<br>two");
  CHECK(finding(report, "entities") != nullptr);
  CHECK(finding(report, "urls") == nullptr);
}

TEST_CASE("a second language is a finding") {
  const TemporaryFolder folder;
  std::string text = "text\n";
  for (int i = 0; i < 9; ++i) text += "this is the film of the year and I like it " + std::to_string(i) + "\n";
  const Report one = report_of({folder.write("a.csv", text)});
  CHECK(finding(one, "languages") == nullptr);
  const Report two = report_of({folder.write("b.csv", text + "\xE8\xBF\x99\xE9\x83\xA8\xE7\x94\xB5\xE5\xBD\xB1\n")});
  REQUIRE(finding(two, "languages") != nullptr);
  CHECK(finding(two, "languages")->detail == "English 90.0%, Chinese 10.0%");
}

TEST_CASE("a sentence in many rows is boilerplate") {
  const TemporaryFolder folder;
  std::string text = "text\n";
  for (int i = 0; i < 30; ++i) text += "Review " + std::to_string(i) + " is here. Sent from my telephone at home.\n";
  const Report report = report_of({folder.write("a.csv", text)});
  REQUIRE(finding(report, "boilerplate") != nullptr);
  CHECK(finding(report, "boilerplate")->examples[0].text == "Sent from my telephone at home.");
  CHECK(finding(report, "boilerplate")->examples[0].note == "in 30 rows");
}

}  // namespace report_texts_test
