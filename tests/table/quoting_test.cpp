#include "table/quoting.h"

#include <doctest/doctest.h>

namespace quoting_test {

using namespace hone::table;

bool quotes(std::string_view head) { return use_quotes(head, '\t', Quoting::kAutomatic); }

TEST_CASE("csv files use quotes by default, and the option takes precedence") {
  CHECK(use_quotes("a,b\n", ',', Quoting::kAutomatic));
  CHECK_FALSE(use_quotes("a,b\n", ',', Quoting::kOff));
  CHECK(use_quotes("a\tb\n", '\t', Quoting::kOn));
}

TEST_CASE("in GLUE's tsv files quotes are ordinary characters") {
  CHECK_FALSE(quotes("sentence\tlabel\ngood\t1\n"));
  CHECK_FALSE(quotes("sentence\tlabel\n\" he said\t1\n\"whole\"\t0\nplain\t1\n"));
  CHECK_FALSE(quotes("sentence\tlabel\n\"whole\"\t0\nplain\t1\nplain\t1\n"));
}

TEST_CASE("in pandas' tsv files quotes enclose cells") {
  CHECK(quotes("text\tlabel\n\"say \"\"yes\"\"\"\t1\nplain\t0\nplain\t0\n"));  // a doubled quote
  CHECK(quotes("\"text\"\t\"label\"\n\"a\"\t\"1\"\n\"b\"\t\"0\"\n"));          // all quoted
  CHECK(quotes("text\tlabel\n\"two\nlines\"\t1\nplain\t0\n"));                 // a quoted line end
  CHECK(quotes("text\tlabel\n\"tab\tinside\"\t1\nplain\t0\n"));                // a quoted tab
}

TEST_CASE("a tsv that is ragged with and without quotes is read without them") {
  CHECK_FALSE(quotes("text\tlabel\n\"a\t1\t2\nplain\t0\n"));
}

}  // namespace quoting_test
