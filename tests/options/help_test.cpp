#include "options/help.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "expect_error.h"
#include "options/sample.h"

using namespace hone;
using namespace hone::options;

namespace {

std::string sample_help(size_t width) {
  SampleOptions options;
  return help_text(fields_of(options), "hone sample", "an example", width);
}

}  // namespace

TEST_CASE("help gives usage, groups, flags, values, limits and defaults") {
  const std::string help = sample_help(100);
  CHECK(help.starts_with("hone sample: an example\n\nusage: hone sample --model DIR [options] [TEXT...]\n\nModel\n"));
  CHECK(contains(help, "  --model-name-or-path DIR, --model DIR\n"));
  CHECK(contains(help, "folder of the model to start from (required)\n"));
  CHECK(contains(help,
                 "  --text-column TEXT              the column that holds the text (default: found by its name)\n"));
  CHECK(contains(help,
                 "  --learning-rate X               peak learning rate (a number of at least 0; default: 5e-05)\n"));
  CHECK(contains(help, "  --[no-]greater-is-better        whether the metric is to grow\n"));
  CHECK(contains(sample_help(200), "(one of linear, cosine; default: linear)"));
  CHECK(contains(help, "\nTraining\n"));
  CHECK(contains(help, "--config FILE"));
  CHECK_FALSE(contains(help, "random-seed"));
}

TEST_CASE("help is wrapped to the width") {
  for (const size_t width : {80u, 100u}) {
    std::istringstream lines(sample_help(width));
    size_t longest = 0;
    for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
    CHECK(longest <= width);
    CHECK(longest > width - 15);
  }
}

TEST_CASE("Markdown has a table a group, and bars are escaped") {
  struct Bar {
    std::string pattern = "a|b";
    static void fields(Bar& self, FieldList& visit) { visit("pattern", self.pattern, "one | other").alias("p_x"); }
  };
  Bar options;
  CHECK(markdown_section(fields_of(options), "hone bar", "bars") ==
        "## hone bar\n\nBars.\n\n### Options\n\n| option | takes | default | what it does |\n|---|---|---|---|\n"
        "| `--pattern`, `--p-x` | text | `a\\|b` | one \\| other |\n");
}
