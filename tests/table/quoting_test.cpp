#include "table/quoting.h"

#include <doctest/doctest.h>

using namespace hone::table;

namespace {
bool quotes(std::string_view head) { return use_quotes(head, '\t', Quoting::kAutomatic); }
}  // namespace

TEST_CASE("csv quotes, and what is asked for wins") {
  CHECK(use_quotes("a,b\n", ',', Quoting::kAutomatic));
  CHECK_FALSE(use_quotes("a,b\n", ',', Quoting::kOff));
  CHECK(use_quotes("a\tb\n", '\t', Quoting::kOn));
}

TEST_CASE("tsv as GLUE writes it: quotes are characters") {
  CHECK_FALSE(quotes("sentence\tlabel\ngood\t1\n"));
  CHECK_FALSE(quotes("sentence\tlabel\n\" he said\t1\n\"whole\"\t0\nplain\t1\n"));
  CHECK_FALSE(quotes("sentence\tlabel\n\"whole\"\t0\nplain\t1\nplain\t1\n"));
}

TEST_CASE("tsv as pandas writes it: quotes quote") {
  CHECK(quotes("text\tlabel\n\"say \"\"yes\"\"\"\t1\nplain\t0\nplain\t0\n"));  // a doubled quote
  CHECK(quotes("\"text\"\t\"label\"\n\"a\"\t\"1\"\n\"b\"\t\"0\"\n"));          // all quoted
  CHECK(quotes("text\tlabel\n\"two\nlines\"\t1\nplain\t0\n"));                 // a quoted line end
  CHECK(quotes("text\tlabel\n\"tab\tinside\"\t1\nplain\t0\n"));                // a quoted tab
}

TEST_CASE("a ragged tsv that quotes do not mend is left as it is") {
  CHECK_FALSE(quotes("text\tlabel\n\"a\t1\t2\nplain\t0\n"));
}
