#include "cli/hints.h"

#include <doctest/doctest.h>

#include "cli/process.h"
#include "expect_error.h"

using namespace hone;
using namespace hone::cli;

TEST_CASE("a hint keeps the clauses whose options the command accepts") {
  const std::string hint = "the head has 3 labels; --id2label with 3 names keeps it; use a smaller --max-seq-length";
  CHECK(accepted_hint("train", hint) == hint);
  CHECK(accepted_hint("predict", hint) == "the head has 3 labels; use a smaller --max-seq-length");
  CHECK(accepted_hint("watch", hint) == "the head has 3 labels");
  CHECK(accepted_hint("eval", "give --dataset FILE; or give --train-file FILE") == "give --dataset FILE");
  CHECK(accepted_hint("devices", "use --dataset").empty());
  CHECK(accepted_hint("devices", "").empty());
}

TEST_CASE("options after another command's name belong to that command") {
  const std::string hint = "train one first: hone train --model m --output-dir o";
  CHECK(accepted_hint("predict", hint) == hint);
  CHECK(accepted_hint("train", "try it: hone predict --model m --text-pair t") ==
        "try it: hone predict --model m --text-pair t");
  CHECK(accepted_hint("predict", "hone watch --model m").empty());
}

TEST_CASE("aliases, negations, --config and --help count as options, bare dashes do not") {
  CHECK(accepted_hint("eval", "--model DIR") == "--model DIR");
  CHECK(accepted_hint("eval", "--no-json") == "--no-json");
  CHECK(accepted_hint("serve", "--no-no-auth").empty());
  CHECK(accepted_hint("eval", "--config FILE or --help") == "--config FILE or --help");
  CHECK(accepted_hint("eval", "write -- before it") == "write -- before it");
}

TEST_CASE("the same error has different hints in different commands") {
  const ProcessResult train = run_hone({"train", "--model", HONE_SOURCE_DIR "/tests/fixtures/models/tiny-bert"});
  CHECK(contains(train.error, "--train-file FILE"));
  const ProcessResult eval = run_hone({"eval", "--model", HONE_SOURCE_DIR "/tests/fixtures/models/tiny-bert"});
  CHECK_FALSE(contains(eval.error, "--train-file"));
}
