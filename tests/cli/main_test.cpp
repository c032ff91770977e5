#include <doctest/doctest.h>

#include <algorithm>

#include "cli/process.h"
#include "expect_error.h"

using namespace hone;

TEST_CASE("hone without arguments, help and --help print the overview") {
  const ProcessResult help = run_hone({"help"});
  CHECK(help.exit_code == 0);
  CHECK(help.error.empty());
  CHECK(help.output.starts_with("hone: "));
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{}, {"--help"}, {"-h"}}) {
    CHECK(run_hone(arguments).output == help.output);
  }
}

TEST_CASE("help, version and usage errors take well under 0.3 s") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"--version"}, {"devices", "--help"}, {"devices", "--jso"}, {"hepl"}}) {
    double fastest = 1;
    for (int i = 0; i < 3; ++i) fastest = std::min(fastest, run_hone(arguments).seconds);
    CHECK(fastest < 0.15);
  }
}

TEST_CASE("an unknown command is a usage error that suggests the nearest name") {
  const ProcessResult result = run_hone({"verison"});
  CHECK(result.exit_code == 2);
  CHECK(result.output.empty());
  CHECK(result.error.starts_with("error: unknown command \"verison\"\nhint: did you mean \"version\"? known: "));
}

TEST_CASE("an unknown option is a usage error that suggests the nearest name") {
  const ProcessResult result = run_hone({"devices", "--jso"});
  CHECK(result.exit_code == 2);
  CHECK(result.error ==
        "error: unknown option \"--jso\"\nhint: did you mean \"--json\"? hone devices --help lists all options\n");
}

TEST_CASE("an option before the command is a usage error") {
  const ProcessResult result = run_hone({"--json", "devices"});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "the command comes first"));
}

TEST_CASE("control characters of an argument do not reach the terminal") {
  CHECK(contains(run_hone({"\x1b[2J"}).error, "unknown command \"\\x1b[2J\""));
}

TEST_CASE("a closed pipe ends the program without a message") {
  const ProcessResult result = run_shell("(sleep 0.2; $HONE help --markdown; echo $? >&2) | true");
  CHECK(result.error == "141\n");
  CHECK(run_shell("(trap '' PIPE; sleep 0.2; $HONE help; echo $? >&2) | true").error == "141\n");
}

TEST_CASE("a full disk under standard output is an error") {
  const ProcessResult result = Process(HONE_PROGRAM, {"help"}, "", "/dev/full").wait();
  CHECK(result.exit_code == 1);
  CHECK(result.error == "error: cannot write to standard output: No space left on device\n");
}

TEST_CASE("a config file sets options of any command") {
  const TemporaryFolder folder;
  const std::string path = folder.write("devices.yaml", "jsn: true\n").string();
  const ProcessResult result = run_hone({"devices", "--config", path});
  CHECK(result.exit_code == 2);
  CHECK(result.error == "error: " + path + ":1: unknown option \"jsn\"\nhint: did you mean \"json\"?\n");
}
