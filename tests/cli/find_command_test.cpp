#include "cli/find_command.h"

#include <doctest/doctest.h>

#include "cli/commands.h"
#include "cli/process.h"
#include "expect_error.h"

namespace find_command_test {

using namespace hone;
using namespace hone::cli;

NamedCommand find(const std::vector<std::string>& words) { return find_command(words); }

TEST_CASE("a command has one word or two") {
  CHECK(find({"train", "tokenizer"}).command->name == "train");
  CHECK(find({"train"}).num_words == 1);
  const NamedCommand two = find({"tokenizer", "train", "--kind"});
  CHECK(two.command->name == "tokenizer train");
  CHECK(two.num_words == 2);
}

TEST_CASE("a first word alone names its commands") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"tokenizer"}, {"tokenizer", "--help"}}) {
    const NamedCommand named = find(words);
    CHECK(named.command == nullptr);
    REQUIRE(named.family != nullptr);
    CHECK(named.family->name == "tokenizer");
  }
  const std::string help = run_hone({"tokenizer"}).output;
  CHECK(contains(help, "usage: hone tokenizer COMMAND [options]\n"));
  CHECK(contains(help, "\n  compare "));
  CHECK(run_hone({"tokenizer", "--help"}).output == help);
  CHECK(run_hone({"help", "tokenizer"}).output == help);
}

TEST_CASE("an unknown second word is an error with the nearest name") {
  const Error error = expect_error([] { find({"tokenizer", "trian"}); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "unknown command \"tokenizer trian\""));
  CHECK(contains(error.hint(), "did you mean \"tokenizer train\"?"));
  CHECK(contains(expect_error([] { find({"trian"}); }).hint(), "did you mean \"train\"?"));
}

TEST_CASE("help explains a command of two words, and a group of its options") {
  const std::string help = run_hone({"tokenizer", "compare", "--help"}).output;
  CHECK(contains(help, "hone tokenizer compare"));
  CHECK(run_hone({"help", "tokenizer", "compare"}).output == help);
  const std::string group = run_hone({"help", "tokenizer", "compare", "data"}).output;
  CHECK(group.starts_with("Data\n"));
  const ProcessResult more = run_hone({"help", "tokenizer", "compare", "data", "words"});
  CHECK(more.exit_code == 2);
  CHECK(contains(more.error, "unknown word \"words\""));
}

}  // namespace find_command_test
