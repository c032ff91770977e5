#include <doctest/doctest.h>

#include "data/report_files.h"

namespace report_duplicates_test {

using namespace hone;
using namespace hone::data;

constexpr const char* kLong = "this is a rather long sentence about a film that nobody has ever seen in a cinema";

TEST_CASE("equal texts, nearly equal texts and contradictions are counted apart") {
  const TemporaryFolder folder;
  const std::string text = kLong;
  const auto file =
      folder.write("a.csv", "text,label\n" + text + ",0\n" + text + ",1\n" + text + "!,0\nother words,1\n");
  const Report report = report_of({file});
  CHECK(report.duplicates.exact_rows == 1);
  CHECK(report.duplicates.near_rows == 1);
  CHECK(report.duplicates.conflict_texts == 1);
  CHECK(report.duplicates.conflict_rows == 2);
  REQUIRE(report.duplicates.pairs.size() == 1);
  CHECK(report.duplicates.pairs[0].similarity == 1);
  REQUIRE(finding(report, "label_conflicts") != nullptr);
  CHECK(finding(report, "label_conflicts")->examples[0].note == "0");
  CHECK(finding(report, "label_conflicts")->examples[1].note == "1");
}

TEST_CASE("leaks between parts are the first finding, with the command that drops them") {
  const TemporaryFolder folder;
  const std::string text = kLong;
  const auto train = folder.write("train.csv", "text,label\n" + text + ",0\nshort,1\n");
  const auto test =
      folder.write("test.csv", "text,label\n" + text + ",0\n" + text + " again,0\nshort,1\nentirely different,1\n");
  const Report report = report_of({train, test});
  REQUIRE(report.leaks.size() == 1);
  CHECK(report.leaks[0].part == "test");
  CHECK(report.leaks[0].earlier_part == "train");
  CHECK(report.leaks[0].exact == 2);
  CHECK(report.leaks[0].near == 1);
  REQUIRE_FALSE(report.findings.empty());
  CHECK(report.findings[0].id == "leak");
  CHECK(report.findings[0].total == 4);
  CHECK(report.findings[0].commands[0].find("--drop-rows-of " + train.string()) != std::string::npos);
}

TEST_CASE("blank texts are missing, not duplicates") {
  const TemporaryFolder folder;
  const Report report =
      report_of({folder.write("a.jsonl", "{\"text\": \" \"}\n{\"text\": \"\"}\n{\"text\": \"a\"}\n")});
  CHECK(report.duplicates.exact_rows == 0);
}

}  // namespace report_duplicates_test
