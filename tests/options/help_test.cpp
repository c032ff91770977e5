#include "options/help.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "expect_error.h"
#include "options/sample.h"

namespace help_test {

using namespace hone;
using namespace hone::options;

std::string sample_help(size_t width) {
  SampleOptions options;
  return help_text(fields_of(options), {"hone sample", "an example", {}, ""}, width);
}

std::string sample_help_on(std::string_view topic, std::span<const std::string_view> common = {}) {
  SampleOptions options;
  return help_text(fields_of(options), {"hone sample", "an example", common, topic}, 80);
}

TEST_CASE("help prints usage, groups, flags, values, limits and defaults") {
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

TEST_CASE("the first word of a group's name shows that group alone") {
  const std::string data = sample_help_on("data");
  CHECK(data.starts_with("Data\n  --train-file FILES"));
  CHECK(contains(data, "--text-column"));
  CHECK_FALSE(contains(data, "--learning-rate"));
  CHECK(sample_help_on("Training").starts_with("Training\n"));
  CHECK(sample_help_on("all") == sample_help(80));
  const Error error = expect_error([] { sample_help_on("optimiser"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(std::string(error.what()) == "unknown group of options \"optimiser\"");
  CHECK(error.hint() == "known: model, data, training, all");
}

TEST_CASE("a short help shows required and common options, and the names of the other groups") {
  const std::string_view common[] = {"train_file", "learning_rate"};
  const std::string help = sample_help_on("", common);
  const size_t model = help.find("--model-name-or-path DIR"), file = help.find("--train-file FILES"),
               rate = help.find("peak learning rate"), rest = help.find("All options by group");
  CHECK(model < file);
  CHECK(file < rate);
  CHECK(rate < rest);
  CHECK(rest < help.size());
  CHECK_FALSE(contains(help, "part of the run that warms up"));
  CHECK(help.find("warmup-ratio") > rest);
  CHECK(contains(help, "hone sample --help GROUP"));
  CHECK(sample_help_on("all", common) == sample_help(80));
}

TEST_CASE("the key of a group is its first word") {
  CHECK(group_key("Logging, evaluation, checkpoints") == "logging");
  CHECK(group_key("Length of the run") == "length");
  CHECK(group_key("Data") == "data");
}

TEST_CASE("a boolean whose name is a negation has no second negation") {
  struct Negation {
    bool no_auth = false, open = false;
    static void fields(Negation& self, FieldList& visit) {
      visit("no_auth", self.no_auth, "no keys");
      visit("open", self.open, "open it");
    }
  };
  Negation options;
  const std::string help = help_text(fields_of(options), {"hone n", "n", {}, ""}, 80);
  CHECK(contains(help, "  --no-auth  "));
  CHECK(contains(help, "  --[no-]open  "));
  CHECK_FALSE(contains(help, "--[no-]no-"));
}

TEST_CASE("Markdown has a table for each group, and bars are escaped") {
  struct Bar {
    std::string pattern = "a|b";
    static void fields(Bar& self, FieldList& visit) { visit("pattern", self.pattern, "one | other").alias("p_x"); }
  };
  Bar options;
  CHECK(markdown_section(fields_of(options), "hone bar", "bars") ==
        "## hone bar\n\nBars.\n\n### Options\n\n| option | takes | default | what it does |\n|---|---|---|---|\n"
        "| `--pattern`, `--p-x` | text | `a\\|b` | one \\| other |\n");
}

}  // namespace help_test
