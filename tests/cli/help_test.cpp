#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "cli/process.h"
#include "expect_error.h"

namespace help_test {

using namespace hone;

// Returns the lines of `text` between the line `heading` and the next empty line, without their indent.
std::vector<std::string> lines_under(const std::string& text, const std::string& heading) {
  std::istringstream stream(text.substr(text.find("\n" + heading + "\n") + heading.size() + 2));
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line) && !line.empty();) {
    lines.push_back(line.substr(line.find_first_not_of(' ')));
  }
  return lines;
}

TEST_CASE("hone help COMMAND prints the same as hone COMMAND --help") {
  const ProcessResult help = run_hone({"help", "devices"});
  CHECK(help.exit_code == 0);
  CHECK(contains(help.output, "--[no-]json"));
  CHECK(run_hone({"devices", "--help"}).output == help.output);
}

TEST_CASE("hone help has a page for every command in its overview and its examples") {
  const std::string overview = run_hone({"help"}).output;
  std::vector<std::string> named = lines_under(overview, "Examples");
  CHECK(named.size() >= 2);
  for (std::string& example : named) {
    REQUIRE(example.starts_with("hone "));
    example.erase(0, 5);
  }
  for (const std::string& line : lines_under(overview, "About")) named.push_back(line);
  for (const std::string& line : named) {
    const std::string command = line.substr(0, line.find(' '));
    CAPTURE(command);
    CHECK(run_hone({"help", command}).exit_code == 0);
  }
}

TEST_CASE("help for an unknown command is a usage error") {
  const ProcessResult result = run_hone({"help", "devcies"});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "did you mean \"devices\"?"));
}

TEST_CASE("help as Markdown has a section for each command") {
  const std::string markdown = run_hone({"help", "--markdown"}).output;
  CHECK(markdown.starts_with("# Options\n"));
  CHECK(contains(markdown, "\n## hone devices\n"));
  CHECK(contains(markdown, "\n## hone help\n"));
}

TEST_CASE("hone train --help is short, and --help GROUP shows the rest") {
  const std::string help = run_hone({"train", "--help"}).output;
  CHECK(std::count(help.begin(), help.end(), '\n') < 60);
  CHECK(help.find("--model-name-or-path DIR, --model DIR") < help.find("--dataset PATH"));
  CHECK(contains(help, "hone train --help GROUP"));
  const std::string optimizer = run_hone({"train", "--help", "optimizer"}).output;
  CHECK(optimizer.starts_with("Optimizer\n"));
  CHECK(contains(optimizer, "--adam-beta1"));
  CHECK(run_hone({"help", "train", "optimizer"}).output == optimizer);
  CHECK(contains(run_hone({"train", "--help", "all"}).output, "gradient-checkpointing  "));
  const ProcessResult unknown = run_hone({"train", "--help", "optimiser"});
  CHECK(unknown.exit_code == 2);
  CHECK(contains(unknown.error, "did you mean \"optimizer\"?"));
}

TEST_CASE("no line of the overview is wider than 80 columns") {
  std::istringstream lines(run_hone({"help"}).output);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 80);
  }
}

}  // namespace help_test
