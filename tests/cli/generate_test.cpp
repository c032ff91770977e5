#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

#include "base/json.h"
#include "base/utf8.h"
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

TEST_CASE("prompts come from a column of any row file, or from lines of standard input") {
  if (is_skipped()) return;
  const TemporaryFolder folder;
  const std::vector<std::string> greedy{"--no-do-sample", "--max-new-tokens", "6", "--json"};
  const auto answers_to = [&](const std::string& prompts, std::vector<std::string> more) {
    more.insert(more.end(), {"--prompts", prompts});
    more.insert(more.end(), greedy.begin(), greedy.end());
    return generate(more);
  };
  const std::string rows = R"({"prompt": "One day", "question": "Once"}
{"prompt": "Once upon a time", "question": ""}
)";
  const std::string file = folder.write("prompts.jsonl", rows).string();
  const std::string by_prompt = answers_to(file, {}).output;
  CHECK(contains(by_prompt, "{\"prompt\":\"One day\""));
  CHECK(contains(by_prompt, "{\"prompt\":\"Once upon a time\""));
  const std::string by_question = answers_to(file, {"--prompt-column", "question"}).output;
  CHECK(contains(by_question, "{\"prompt\":\"Once\""));
  CHECK(std::ranges::count(by_question, '\n') == 1);
  CHECK(contains(answers_to(file, {"--prompt-column", "x"}).error, "\"x\""));
  std::vector<std::string> piped{"generate",  "--model", story_model().string(), "--precision", "fp32",
                                 "--prompts", "-"};
  piped.insert(piped.end(), greedy.begin(), greedy.end());
  CHECK(run_hone(piped, "One day\nOnce upon a time\n").output == by_prompt);
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

TEST_CASE("the answer has the form of a schema, of an expression, or is one of the choices, at any temperature") {
  if (is_skipped()) return;
  const TemporaryFolder folder;
  // This model has no token for a bracket.
  const std::string schema =
      folder.write("schema.json", R"({"type": "string", "minLength": 2, "maxLength": 20})").string();
  const auto answer = [&](std::vector<std::string> more) {
    const std::vector<std::string> common{"--prompt", "Once", "--do-sample", "--temperature", "3", "--top-k", "0"};
    more.insert(more.end(), common.begin(), common.end());
    const ProcessResult result = generate(more);
    CHECK(result.exit_code == 0);
    return result.output.substr(0, result.output.size() - 1);
  };
  for (const char* length : {"4", "9", "200"}) {
    const Json parsed = parse_json(answer({"--json-schema", schema, "--max-new-tokens", length}), "answer");
    CHECK(count_code_points(parsed.get<std::string>()) >= 2);
    CHECK(count_code_points(parsed.get<std::string>()) <= 20);
  }
  const std::string number = answer({"--regex", "[0-9]{3}-[a-c]+", "--max-new-tokens", "9"});
  CHECK(number.substr(3, 1) == "-");
  CHECK(number.find_first_not_of("0123456789-abc") == std::string::npos);
  const std::string choice = answer({"--choices", "a cat,a dog"});
  CHECK((choice == "a cat" || choice == "a dog"));
  CHECK(contains(generate({"--prompt", "a", "--regex", "a", "--choices", "b"}).error, "an answer has one form"));
  CHECK(contains(generate({"--prompt", "a", "--regex", "(a"}).error, "--regex"));
  CHECK(contains(generate({"--prompt", "a", "--json-schema", schema, "--max-new-tokens", "3"}).error,
                 "the answer has room for 3 tokens, and its shortest form has 4 bytes"));
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

// Expected: transformers' generate().
TEST_CASE("a model with an encoder reads the prompt with it") {
  const std::filesystem::path fixtures = std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "seq2seq";
  const auto text = [&](const char* name, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--prompt", "w7 w8 w9", "--max-new-tokens", "9"});
    return generate(arguments, (fixtures / name).string()).output;
  };
  CHECK(text("t5-gated", {}) == "w20 w14 w67 w6 w59 w14 w67 w6 w59\n");
  CHECK(text("bart", {"--num-beams", "3"}) == "w68 w68 w68 w68 w68 w68 w68 w68\n");
  CHECK(text("marian", {"--num-beams", "3"}) == "w13 w13 w13 w13 w13 w13 w13 w13\n");
}

TEST_CASE("wrong requests are errors") {
  const std::string bert = std::string(HONE_SOURCE_DIR) + "/tests/fixtures/models/tiny-bert";
  CHECK(contains(generate({}, bert).error, "there is no prompt: --prompt or --prompts"));
  CHECK(contains(generate({"--prompt", "a", "--prompts", "b"}, bert).error, "--prompt and --prompts are both given"));
  CHECK(contains(generate({"--prompts", "/nowhere/x.txt"}, bert).error, "/nowhere/x.txt"));
  const TemporaryFolder folder;
  const std::string empty = folder.write("empty.txt", "\n\n").string();
  CHECK(contains(generate({"--prompts", empty}, bert).error, "empty.txt has no prompt"));
  CHECK(contains(generate({"--prompt", "a"}, bert).error, "bert has no head of the kind \"causal-lm\""));
  CHECK(contains(generate({"--prompt", "a", "--top-p", "0"}, bert).error, "--top-p: 0 is out of range"));
  CHECK(contains(generate({"--prompt", "a", "--temperature", "nan"}, bert).error, "--temperature"));
  if (is_skipped()) return;
  CHECK(contains(generate({"--prompt", "a", "--num-return-sequences", "2", "--no-do-sample"}).error,
                 "--num-return-sequences 2 would give equal answers"));
  CHECK(contains(generate({"--prompt", "a", "--num-beams", "2", "--stop", "x"}).error,
                 "a beam search does not end at stop strings"));
  std::string long_prompt;
  for (int i = 0; i < 3000; ++i) long_prompt += "and ";
  const ProcessResult too_long = generate({"--prompt", long_prompt});
  CHECK(too_long.exit_code == 2);
  CHECK(contains(too_long.error, "the model takes sequences of at most"));
}

}  // namespace generate_test
