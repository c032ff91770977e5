#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace shown_tokens_test {

using namespace hone;

ProcessResult tokenize(std::vector<std::string> more) {
  more.insert(more.begin(), {"tokenize", "--model", tiny_model()});
  return run_hone(more);
}

TEST_CASE("--decode turns ids into their text, in every form of a list") {
  CHECK(tokenize({"--decode", "2 86 79 69 3"}).output == "[CLS] good movies [SEP]\n");
  CHECK(tokenize({"--decode", "[2, 86, 79, 69, 3]"}).output == "[CLS] good movies [SEP]\n");
  CHECK(tokenize({"--decode", "{\"input_ids\": [86]}", "79,69"}).output == "good\nmovies\n");
  CHECK(tokenize({"--decode", "--skip-special-tokens", "2 86 3"}).output == "good\n");
  CHECK(tokenize({"--decode", "--json", "86"}).output == "{\"text\":\"good\"}\n");
}

TEST_CASE("--decode refuses ids that no token has, and what is not a list of ids") {
  const ProcessResult beyond = tokenize({"--decode", "2 99999"});
  CHECK(beyond.exit_code == 1);
  CHECK(contains(beyond.error, "id 2 of the list is 99999, but no token has it: the highest id is"));
  CHECK(tokenize({"--decode", "--", "-1"}).exit_code != 0);
  for (const char* text : {"good", "1 x", "[1.5]", "{\"ids\": [1]}", "99999999999"}) {
    CAPTURE(text);
    const ProcessResult result = tokenize({"--decode", text});
    CHECK(result.exit_code == 1);
    CHECK(contains(result.error, "is not a list of token ids"));
  }
}

TEST_CASE("--show separates the tokens, where it does not write to a terminal") {
  CHECK(tokenize({"--show", "Good Movies"}).output == "[CLS]|good|movie|##s|[SEP]\n");
}

TEST_CASE("--decode and --show are for texts of the command line, and exclude each other") {
  const ProcessResult both = tokenize({"--decode", "--show", "2"});
  CHECK(both.exit_code == 2);
  CHECK(contains(both.error, "--decode and --show"));
  const ProcessResult file = tokenize({"--decode", "--file", "x.csv", "--output", "y.jsonl"});
  CHECK(file.exit_code == 2);
  CHECK(contains(file.error, "--file"));
}

}  // namespace shown_tokens_test
