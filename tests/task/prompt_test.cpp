// Expected tokens come from transformers (tests/fixtures/make_language_task_fixture.py).
#include "task/prompt.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "task/language_tasks_fixture.h"

namespace prompt_test {

using namespace hone;
using task::PromptEncoder;
using task::PromptTemplate;

text::Tokenizer story_tokenizer() { return text::Tokenizer::load(story_model_folder()); }

std::string problem(const char* prompt) {
  return expect_error([&] { PromptTemplate{prompt}; }).what();
}

TEST_CASE("a template has the places of the text, of its pair and of the label; a text is never a template") {
  const PromptTemplate plain("Review: {text} {x}\n-> {label}!");
  CHECK(plain.before_label("{label} {text}", std::nullopt).text == "Review: {label} {text} {x}\n-> ");
  const PromptTemplate::Text shot = plain.with_label({"fun", std::nullopt, "good"});
  CHECK(shot.text == "Review: fun {x}\n-> good!");
  REQUIRE(shot.data.size() == 2);
  CHECK(shot.data[0] == text::Offset{8, 11});
  CHECK(shot.data[1] == text::Offset{19, 23});
  CHECK_FALSE(plain.reads_pairs());
  const PromptTemplate pair("{text_pair}/{text}/{text}");
  CHECK(pair.reads_pairs());
  CHECK(pair.before_label("a", "b").text == "b/a/a");
}

TEST_CASE("templates that cannot work are errors") {
  CHECK(problem("") == "there is no prompt");
  CHECK(problem("Review: {label}") == "prompt has no {text}, so the model would not read the texts");
  CHECK(problem("{label} {text}") == "prompt has {text} after {label}");
  CHECK(problem("{text} {label} {label}") == "prompt has {label} after {label}");
  const auto pairs = [](const char* prompt, std::optional<std::string_view> pair) {
    return std::string(expect_error([&] { PromptTemplate(prompt).before_label("a", pair); }).what());
  };
  CHECK(pairs("{text}", "b") == "the texts are pairs, and prompt has no {text_pair}");
  CHECK(pairs("{text} {text_pair}", std::nullopt) == "prompt has {text_pair}, and the texts are no pairs");
}

TEST_CASE("too few, empty and repeated labels are errors") {
  const auto labels = [](std::vector<std::string> names) {
    return std::string(expect_error([&] { task::check_labels(names); }).what());
  };
  CHECK(labels({"good"}) == "a classification needs at least two labels");
  CHECK(labels({"good", ""}) == "labels has an empty name");
  CHECK(labels({"good", "bad", "good"}) == "labels has \"good\" twice");
}

TEST_CASE("prompts and labels have transformers' tokens, also where a token crosses the border") {
  if (lacks_story_model()) return;
  for (const Json& prompt : language_tasks_fixture()["prompts"]) {
    const PromptEncoder encoder(prompt_options(prompt), story_tokenizer(), std::nullopt, 512);
    for (const Json& row : prompt["rows"]) {
      CAPTURE(row["text"]);
      const task::PromptTokens tokens = encoder.encode(row["text"].get<std::string>(), std::nullopt, shots_of(prompt));
      CHECK(tokens.prompt.ids == row["prompt_ids"].get<std::vector<int32_t>>());
      CHECK(tokens.labels == row["label_ids"].get<std::vector<std::vector<int32_t>>>());
      CHECK(tokens.crosses_border == row["crosses_border"].get<bool>());
      CHECK(tokens.prompt.num_cut == 0);
    }
  }
}

TEST_CASE("a text that is too long loses its end, the prompt around it stays") {
  if (lacks_story_model()) return;
  task::PromptOptions options;
  options.prompt = "Story: {text}\nEnd:";
  options.labels = {"\nhappy", "\nsad"};
  std::string story;
  for (int i = 0; i < 40; ++i) story += "\u5c0f cat and a dog. ";
  const PromptEncoder roomy(options, story_tokenizer(), std::nullopt, 4096);
  const task::PromptTokens whole = roomy.encode(story, std::nullopt, {});
  for (const size_t max_length : {32, 33, 34, 35, 60}) {
    const PromptEncoder encoder(options, story_tokenizer(), std::nullopt, max_length);
    const task::PromptTokens tokens = encoder.encode(story, std::nullopt, {});
    CHECK(tokens.prompt.ids.size() + tokens.num_label_tokens() <= max_length);
    CHECK(tokens.prompt.ids.size() + tokens.num_label_tokens() + 5 > max_length);
    CHECK(tokens.prompt.num_cut > 0);
    CHECK(tokens.labels == whole.labels);
    CHECK(std::equal(tokens.prompt.ids.begin(), tokens.prompt.ids.begin() + 15, whole.prompt.ids.begin()));
    CHECK(story_tokenizer().decode(tokens.prompt.ids, true).ends_with("\nEnd:"));
  }
  const PromptEncoder narrow(options, story_tokenizer(), std::nullopt, 8);
  const Error error = expect_error([&] { narrow.encode(story, std::nullopt, {}); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "tokens without its text, and at most 8 are read"));
}

TEST_CASE("a text that holds the name of a special token has no special token") {
  if (lacks_story_model()) return;
  task::PromptOptions options;
  options.prompt = "<|start_story|>{text}\nEnd:";
  options.labels = {" a", " b"};
  const PromptEncoder encoder(options, story_tokenizer(), std::nullopt, 512);
  const std::vector<int32_t> ids = encoder.encode("<|start_story|>", std::nullopt, {}).prompt.ids;
  CHECK(std::ranges::count(ids, 1) == 2);  // the tokenizer's, and the prompt's own
}

TEST_CASE("with a chat template the prompt is the user's message, shots are earlier turns") {
  if (lacks_story_model()) return;
  task::PromptOptions options;
  options.prompt = "Is it good? {text} Say {label}.";
  options.labels = {"yes", "no"};
  const auto chat = text::ChatTemplate::parse(
      "{% for m in messages %}[{{ m.role }}]{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}[assistant]"
      "{% endif %}",
      "chat");
  const text::Tokenizer tokenizer = story_tokenizer();
  const PromptEncoder encoder(options, tokenizer, chat, 512);
  const std::vector<task::Shot> shots{{"Fun.", std::nullopt, "yes"}};
  const task::PromptTokens tokens = encoder.encode("Sad.", std::nullopt, shots);
  std::vector<int32_t> all = tokens.prompt.ids;
  all.insert(all.end(), tokens.labels[1].begin(), tokens.labels[1].end());
  CHECK(all == tokenizer
                   .encode("[user]Is it good? Fun. Say \n[assistant]yes.\n[user]Is it good? Sad. Say \n[assistant]no",
                           {.add_special_tokens = false})
                   .ids);
}

TEST_CASE("a prompt that has no token before the label is an error") {
  if (lacks_story_model()) return;
  task::PromptOptions options;
  options.prompt = "{text}";
  options.labels = {"yes", "no"};
  const auto empty = text::ChatTemplate::parse("{{ messages[0].content }}", "empty");
  const PromptEncoder encoder(options, story_tokenizer(), empty, 512);
  CHECK(contains(expect_error([&] { encoder.encode("", std::nullopt, {}); }).what(), "no token before the label"));
}

}  // namespace prompt_test
