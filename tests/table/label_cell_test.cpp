#include "table/label_cell.h"

#include <doctest/doctest.h>

#include <deque>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace label_cell_test {

using namespace hone;
using namespace hone::table;

// Keeps the rows, because a cell's text points into them.
LabelCell cell_of(const std::string& name, const std::string& text) {
  static std::deque<Rows> kept;
  const TemporaryFolder folder;
  kept.push_back(read_rows(folder.write(name, text)));
  return LabelCellReader(kept.back().column("label")).read(0);
}

LabelCell csv(const std::string& cell) { return cell_of("a.csv", "text,label\nx," + cell + "\n"); }
LabelCell jsonl(const std::string& cell) { return cell_of("a.jsonl", "{\"label\": " + cell + "}\n"); }

using Kind = LabelCell::Kind;

TEST_CASE("only texts in canonical form are integers") {
  for (const char* text : {"0", "7", "-1", "-9223372036854775808", "9223372036854775808", "18446744073709551615"}) {
    CAPTURE(text);
    REQUIRE(canonical_integer(text));
    CHECK(integer_text(*canonical_integer(text)) == text);
  }
  for (const char* text : {"", "-", "01", "00", "-0", "-01", "+1", " 1", "1 ", "1.0", "1e3", "18446744073709551616",
                           "-9223372036854775809", "LABEL_1"}) {
    CAPTURE(text);
    CHECK_FALSE(canonical_integer(text));
  }
}

TEST_CASE("a cell is missing, a text, an integer, a boolean or a float") {
  CHECK(jsonl("null").kind == Kind::kMissing);
  CHECK(jsonl("\" \\u3000\"").kind == Kind::kMissing);
  CHECK(csv("").kind == Kind::kMissing);
  CHECK(jsonl("\"a\"").kind == Kind::kText);
  CHECK(jsonl("\"1\"").kind == Kind::kText);
  CHECK(jsonl("\"1\"").integer == LabelInteger{1});
  CHECK(csv("1").kind == Kind::kInteger);
  CHECK(csv("01").kind == Kind::kText);
  CHECK(csv("1.0").kind == Kind::kInteger);
  CHECK(jsonl("3.0").integer == LabelInteger{3});
  CHECK(jsonl("3.5").kind == Kind::kNumber);
  CHECK(jsonl("true").kind == Kind::kFlag);
  CHECK(csv("False").integer == LabelInteger{0});
}

TEST_CASE("the white space around a text is not part of it") {
  const TemporaryFolder folder;
  const Rows rows = read_rows(folder.write("a.jsonl", "{\"label\": \" pos \\t\"}\n"));
  const LabelCellReader reader(rows.column("label"));
  CHECK(reader.read(0).text == "pos");
  CHECK(reader.read(0).is_trimmed);
  CHECK_FALSE(jsonl("\"pos\"").is_trimmed);
}

TEST_CASE("a class is named by the text of its cell") {
  CHECK(jsonl("\"01\"").name() == "01");
  CHECK(jsonl("7.0").name() == "7");
  CHECK(csv("1.0").name() == "1");
  CHECK(csv("TRUE").name() == "True");
}

}  // namespace label_cell_test
