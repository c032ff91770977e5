// S1's arc as a user runs it: a model learns from running text, answers, and is fine-tuned by the commands that exist.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <filesystem>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace pretraining_test {

using namespace hone;

namespace fs = std::filesystem;

std::string objective(const std::string& name) {
  return std::string(HONE_SOURCE_DIR) + "/tests/fixtures/objectives/" + name;
}

// A training on the made text, with more arguments.
ProcessResult train(const std::string& model, const fs::path& output, std::vector<std::string> more) {
  std::vector<std::string> arguments = {"train", "--model", model, "--output-dir", output.string(), "--max-steps", "8"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_hone(arguments);
}

TEST_CASE("masked words: train, guess, then fine-tune as a classifier") {
  const TemporaryFolder folder;
  const fs::path pretrained = folder.path() / "pretrained", classifier = folder.path() / "classifier";
  const ProcessResult masked =
      train(objective("masked-token"), pretrained,
            {"--task", "masked-lm", "--masking", "whole-word", "--train-file", objective("text.txt"), "--documents",
             "paragraph", "--block-size", "48", "--validation-split", "0.1", "--eval-strategy", "epoch"});
  CHECK_MESSAGE(masked.exit_code == 0, masked.error);
  CHECK(contains(masked.error, "0.15 of"));
  CHECK(contains(masked.error, "whole words"));
  CHECK(contains(masked.error, "hone predict --model " + pretrained.string() + " --task fill-mask"));
  CHECK(contains(masked.output, "accuracy"));
  const ProcessResult guess = run_hone(
      {"predict", "--model", pretrained.string(), "--task", "fill-mask", "--text", "the [MASK] house", "--json"});
  REQUIRE_MESSAGE(guess.exit_code == 0, guess.error);
  const Json masks = parse_json(guess.output, "the answer")["masks"];
  REQUIRE(masks.size() == 1);
  CHECK(masks[0].size() == 5);
  CHECK(contains(masks[0][0]["sequence"].get<std::string>(), "house"));
  const std::string rows = folder.write("rows.csv", "text,label\nthe old house,a\na quick dog,b\n").string();
  const ProcessResult fine = train(pretrained.string(), classifier, {"--dataset", rows, "--max-seq-length", "16"});
  CHECK_MESSAGE(fine.exit_code == 0, fine.error);
  const ProcessResult answer = run_hone({"predict", "--model", classifier.string(), "--text", "the old house"});
  CHECK_MESSAGE(answer.exit_code == 0, answer.error);
}

TEST_CASE("the next word: train from a config.json alone, then generate") {
  const TemporaryFolder folder;
  const fs::path scratch = folder.path() / "scratch", output = folder.path() / "out";
  fs::create_directory(scratch);
  for (const char* file : {"config.json", "tokenizer.json", "tokenizer_config.json"}) {
    fs::copy(fs::path(objective("causal-block")) / file, scratch / file);
  }
  const ProcessResult run = train(scratch.string(), output,
                                  {"--task", "causal-lm", "--train-file", objective("text.txt"), "--block",
                                   "--group-documents", "0", "--block-size", "32", "--learning-rate", "2e-3"});
  CHECK_MESSAGE(run.exit_code == 0, run.error);
  CHECK(contains(run.error, "newly initialized"));
  CHECK_FALSE(contains(run.error, "far above the usual range"));  // of fine-tuning
  CHECK(contains(run.error, "hone generate --model " + output.string()));
  const ProcessResult text =
      run_hone({"generate", "--model", output.string(), "--prompt", "The", "--max-new-tokens", "4"});
  CHECK_MESSAGE(text.exit_code == 0, text.error);
}

TEST_CASE("an option of the other kind of task is an error that names its tasks") {
  const TemporaryFolder folder;
  const auto error_of = [&](const std::vector<std::string>& more) {
    const ProcessResult run = train(objective("masked-token"), folder.path() / "out", more);
    CHECK(run.exit_code == 2);
    return run.error;
  };
  const std::string text = objective("text.txt");
  CHECK(contains(error_of({"--task", "causal-lm", "--train-file", text, "--max-seq-length", "16"}),
                 "--max-seq-length is an option of text-classification"));
  CHECK(contains(error_of({"--task", "causal-lm", "--train-file", text, "--mlm-probability", "0.2"}),
                 "--mlm-probability is an option of masked-lm; the task is causal-lm"));
  CHECK(contains(error_of({"--task", "text-classification", "--train-file", text, "--block-size", "16"}),
                 "--block-size is an option of causal-lm, masked-lm, denoising; the task is text-classification"));
  CHECK(contains(error_of({"--task", "masked-lm", "--train-file", text, "--mlm-probability", "1"}),
                 "mlm_probability is 1: every token is hidden"));
}

}  // namespace pretraining_test
