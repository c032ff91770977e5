#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

#include "base/json.h"
#include "cli/process.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace generate_test {

using namespace hone;

std::filesystem::path story_model() {
  return std::filesystem::path(HONE_SOURCE_DIR) / ".." / "shared" / "models" / "tinystories-656k-llama";
}

bool is_skipped() {
  if (std::filesystem::exists(story_model())) return false;
  MESSAGE("skipped: ../shared/models is not here");
  return true;
}

ProcessResult generate(std::vector<std::string> arguments, const std::string& model = story_model().string()) {
  arguments.insert(arguments.begin(), {"generate", "--model", model, "--precision", "fp32"});
  return run_hone(arguments);
}

// Expected: transformers' generate().
TEST_CASE("the most likely story is that of transformers, alone and in a file of prompts") {
  if (is_skipped()) return;
  constexpr const char* kStory =
      ", a little girl named Lily lived in a small house with her mom, dad, and her dog, Spot, Spot,";
  const ProcessResult one = generate({"--prompt", "Once upon a time", "--no-do-sample", "--max-new-tokens", "24"});
  CHECK(one.exit_code == 0);
  CHECK(one.output.starts_with(kStory));
  const TemporaryFolder folder;
  const std::string prompts = folder.write("prompts.txt", "Once upon a time\n\nOne day\nOnce upon a time\n").string();
  const ProcessResult many = generate({"--prompts", prompts, "--no-do-sample", "--max-new-tokens", "24", "--json"});
  CHECK(many.exit_code == 0);
  std::istringstream lines(many.output);
  std::vector<Json> answers;
  for (std::string line; std::getline(lines, line);) answers.push_back(parse_json(line, "answer"));
  REQUIRE(answers.size() == 3);
  CHECK(answers[0]["text"].get<std::string>() + "\n" == one.output);
  CHECK(answers[1]["prompt"] == "One day");
  CHECK(answers[2]["token_ids"] == answers[0]["token_ids"]);
  CHECK(answers[0]["finish_reason"] == "length");
}

TEST_CASE("a stop string ends the answer before it") {
  if (is_skipped()) return;
  const ProcessResult stopped = generate(
      {"--prompt", "Once upon a time", "--no-do-sample", "--max-new-tokens", "60", "--stop", "lived in", "--json"});
  const Json answer = parse_json(stopped.output, "answer");
  CHECK(answer["text"] == ", a little girl named Lily ");
  CHECK(answer["finish_reason"] == "stop");
  CHECK(answer["stop_string"] == "lived in");
}

TEST_CASE("samples of one prompt differ from each other and are the same again") {
  if (is_skipped()) return;
  const std::vector<std::string> arguments{"--prompt", "One day", "--do-sample",      "--num-return-sequences",
                                           "3",        "--json",  "--max-new-tokens", "12",
                                           "--seed",   "5"};
  const std::string first = generate(arguments).output;
  CHECK(std::ranges::count(first, '\n') == 3);
  CHECK(generate(arguments).output == first);
}

TEST_CASE("beams give several answers") {
  if (is_skipped()) return;
  const ProcessResult beams = generate({"--prompt", "One day", "--num-beams", "3", "--num-return-sequences", "2",
                                        "--no-do-sample", "--max-new-tokens", "8", "--json"});
  CHECK(beams.exit_code == 0);
  CHECK(std::ranges::count(beams.output, '\n') == 2);
}

TEST_CASE("wrong requests are errors") {
  const std::string bert = std::string(HONE_SOURCE_DIR) + "/tests/fixtures/models/tiny-bert";
  CHECK(contains(generate({}, bert).error, "there is no prompt: --prompt or --prompts"));
  CHECK(contains(generate({"--prompt", "a", "--prompts", "b"}, bert).error, "--prompt and --prompts are both given"));
  CHECK(contains(generate({"--prompts", "/nowhere/x"}, bert).error, "cannot read /nowhere/x"));
  CHECK(contains(generate({"--prompt", "a"}, bert).error, "bert has no head of the kind \"causal-lm\""));
  CHECK(contains(generate({"--prompt", "a", "--top-p", "0"}, bert).error, "--top-p: 0 is out of range"));
  CHECK(contains(generate({"--prompt", "a", "--temperature", "nan"}, bert).error, "--temperature"));
  if (is_skipped()) return;
  std::string long_prompt;
  for (int i = 0; i < 3000; ++i) long_prompt += "and ";
  const ProcessResult too_long = generate({"--prompt", long_prompt});
  CHECK(too_long.exit_code == 2);
  CHECK(contains(too_long.error, "the model takes sequences of at most"));
}

}  // namespace generate_test
