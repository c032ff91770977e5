#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

#include "base/json.h"
#include "cli/process.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace compare_test {

using namespace hone;
namespace fs = std::filesystem;

fs::path story_model() { return fs::path(HONE_SOURCE_DIR) / ".." / "shared" / "models" / "tinystories-656k-llama"; }

bool is_skipped() {
  if (fs::exists(story_model())) return false;
  MESSAGE("skipped: ../shared/models is not here");
  return true;
}

ProcessResult compare(const fs::path& first, const fs::path& second, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"compare", first.string(), second.string(), "--precision", "fp32"});
  return run_hone(arguments);
}

ProcessResult compare_stories(std::vector<std::string> arguments) {
  return compare(story_model(), story_model(), std::move(arguments));
}

// A copy of the story model; `template_text`: its chat template, `stop_ids`: those of generation_config.json.
fs::path changed_model(const TemporaryFolder& folder, const std::string& name, const std::string& template_text,
                       const Json& stop_ids) {
  const fs::path copy = folder.path() / name;
  fs::create_directory(copy);
  for (const auto& file : fs::directory_iterator(story_model())) {
    fs::copy_file(file.path(), copy / file.path().filename());
    fs::permissions(copy / file.path().filename(), fs::perms::owner_write, fs::perm_options::add);
  }
  if (!template_text.empty()) write_file(copy / "chat_template.jinja", template_text);
  write_file(copy / "generation_config.json", Json{{"eos_token_id", stop_ids}}.dump());
  return copy;
}

const std::vector<std::string> kGreedy{"--prompt", "Once upon a time", "--no-do-sample", "--max-new-tokens", "24"};

TEST_CASE("a model beside itself: equal answers between thirty dashes, and the reason") {
  if (is_skipped()) return;
  const ProcessResult result = compare_stories(kGreedy);
  CHECK(result.exit_code == 0);
  const std::string dashes(30, '-');
  const std::string answer = "output:\n" + dashes + "\n, a little girl named Lily lived in a small house";
  const size_t first = result.output.find(answer);
  REQUIRE(first != std::string::npos);
  CHECK(result.output.find(answer, first + 1) != std::string::npos);
  CHECK(contains(result.output, "tinystories-656k-llama (first)"));
  CHECK(contains(result.output, "656 thousand parameters"));
  CHECK(contains(result.output, "2 <|end_story|> (generation_config.json: eos_token_id)"));
  CHECK(contains(result.output, "goes on to the limit of 24 tokens because its stop ids (<|end_story|>) never were"));
}

// Expected: softmax of transformers' logits at each step of its greedy answer.
TEST_CASE("the probabilities of stop ids and of other tokens are those of transformers") {
  if (is_skipped()) return;
  std::vector<std::string> arguments = kGreedy;
  arguments.push_back("--json");
  const Json answer = parse_json(compare_stories(arguments).output, "comparison")["prompts"][0]["answers"][0];
  CHECK(answer["stop_probabilities"][11].get<double>() == doctest::Approx(1.02509e-07).epsilon(1e-3));
  CHECK(answer["stop_probabilities"][23].get<double>() == doctest::Approx(1.78952e-10).epsilon(1e-3));
  CHECK(answer["other_probabilities"][0].get<double>() == doctest::Approx(0.929084).epsilon(1e-4));
  CHECK(answer["other_probabilities"][16].get<double>() == doctest::Approx(0.0988033).epsilon(1e-4));
}

TEST_CASE("the same seed draws the same answers, and --json has the probabilities of each step") {
  if (is_skipped()) return;
  const std::vector<std::string> sampled{
      "--prompt", "Once upon a time", "--do-sample", "--temperature", "0.7", "--top-p",
      "0.9",      "--max-new-tokens", "16",          "--json"};
  const Json json = parse_json(compare_stories(sampled).output, "comparison");
  const Json& answers = json["prompts"][0]["answers"];
  CHECK(answers[0]["token_ids"] == answers[1]["token_ids"]);
  CHECK(answers[0]["token_ids"].size() == 16);
  CHECK(answers[0]["stop_probabilities"].size() == 16);
  CHECK(json["models"][0]["sampling"] == "max_new_tokens 16, do_sample true, temperature 0.7, top_p 0.9, seed 42");
  CHECK(json["models"][0]["chat_template"].is_null());
  CHECK(json["models"][0]["markers"][0]["marker"] == "<|im_start|>");
  CHECK(json["models"][0]["markers"][0]["id"].is_null());
  CHECK(contains(json["prompts"][0]["verdict_zh"].get<std::string>(),
                 "\u4e00\u76f4\u5199\u5230 16 \u4e2a\u8bcd\u5143\u7684\u4e0a\u9650"));
}

TEST_CASE("why one stops and the other goes on: another stop id; and whether a template was applied") {
  if (is_skipped()) return;
  const TemporaryFolder folder;
  // The second model names the second token of the greedy answer as a stop id.
  const std::string turns =
      "{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% else %}{{ m.content }}<|end_story|>{% endif %}"
      "{% endfor %}";
  std::vector<std::string> arguments = kGreedy;
  arguments.push_back("--json");
  const Json plain = parse_json(compare_stories(arguments).output, "comparison");
  const int second = plain["prompts"][0]["answers"][0]["token_ids"][1].get<int>();
  const fs::path base = changed_model(folder, "story-1M-Base", "", Json());
  const fs::path tuned = changed_model(folder, "story-1M-Instruct", turns, Json::array({2, second}));
  const Json with_template = parse_json(compare(base, tuned, arguments).output, "comparison");
  CHECK(with_template["models"][0]["name"]["tuning"] == "base");
  CHECK(with_template["models"][0]["stop_ids"][0]["origin"] == "config.json: eos_token_id");
  CHECK(with_template["models"][1]["chat_template"] == "chat_template.jinja");
  CHECK(with_template["models"][1]["chat_template_applied"] == true);
  const Json marker = with_template["models"][1]["markers"][0];
  CHECK(marker["marker"] == "<|end_story|>");
  CHECK(marker["trained"] == true);

  arguments.push_back("--no-apply-chat-template");
  const Json json = parse_json(compare(base, tuned, arguments).output, "comparison");
  CHECK(json["models"][1]["chat_template_applied"] == false);
  const Json& answers = json["prompts"][0]["answers"];
  CHECK(answers[0]["ending"] == "never_likely");
  CHECK(answers[1]["ending"] == "stop_id");
  CHECK(answers[1]["would_stop_at"] == 2);
  CHECK(answers[1]["token_ids"].size() == 2);
  const std::string verdict = json["prompts"][0]["verdict"];
  CHECK(
      contains(verdict, "story-1M-Base goes on to the limit of 24 tokens because its stop ids (<|end_story|>) never"));
  CHECK(contains(verdict, ", while story-1M-Instruct stops because at step 2 it wrote its stop id"));
}

TEST_CASE("many prompts make a table, and a page holds all of it") {
  if (is_skipped()) return;
  const TemporaryFolder folder;
  const std::string prompts = folder.write("prompts.txt", "Once upon a time\nOne day, </script>\n").string();
  const fs::path page = folder.path() / "page.html";
  const std::vector<std::string> arguments{"--prompts", prompts,  "--no-do-sample", "--max-new-tokens",
                                           "12",        "--html", page.string()};
  const ProcessResult result = compare_stories(arguments);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.output, "One day, </script>"));
  CHECK(contains(result.output, "ended 0 of 2 answers by itself"));
  const std::string html = read_file(page);
  CHECK(html.starts_with("<!doctype html>"));
  CHECK(contains(html, "One day, \\u003c/script>"));
  // Only the name of SVG is an address.
  CHECK(html.find("http://") == html.find("http://www.w3.org/2000/svg"));
  CHECK(html.find("http://") == html.rfind("http://"));
  CHECK_FALSE(contains(html, "https://"));
  const ProcessResult again = compare_stories(arguments);
  CHECK(again.exit_code == 2);
  CHECK(contains(again.error, "--overwrite"));
}

TEST_CASE("wrong folders, prompts and settings have errors of their own") {
  const std::string bert = (fs::path(HONE_SOURCE_DIR) / "tests/fixtures/models/tiny-bert").string();
  CHECK(contains(run_hone({"compare", bert, "--prompt", "a"}).error, "there are 1 folders, not 2"));
  CHECK(contains(compare(bert, bert, {}).error, "there is no prompt"));
  CHECK(contains(compare("/nowhere", "/nowhere", {"--prompt", "a"}).error, "/nowhere"));
  CHECK(contains(compare(bert, bert, {"--prompt", "a"}).error, "bert has no head of the kind \"causal-lm\""));
  if (is_skipped()) return;
  const ProcessResult beams = compare_stories({"--prompt", "a", "--num-beams", "2"});
  CHECK(beams.exit_code != 0);
  CHECK(contains(beams.error, "num_beams is 2"));
  const TemporaryFolder folder;
  const fs::path broken = changed_model(folder, "broken", "{% for %}", 2);
  CHECK(contains(compare(broken, story_model(), kGreedy).error, "chat_template.jinja:1"));
}

}  // namespace compare_test
