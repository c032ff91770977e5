#include "generate/conversation.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "generate/scripted_model.h"

namespace conversation_test {

using namespace hone;
using namespace hone::generate;

constexpr int64_t kPage = kernel::kPageTokens;

bool go_on(std::string_view) { return true; }

Conversation conversation(ScriptedModel& model, Conversation::Settings settings = {}, int64_t max_length = 1000) {
  return {model.get(max_length), ScriptedModel::kShape, chat_format(), {}, std::move(settings)};
}

std::string answer(Conversation& chat, ScriptedModel& model, const std::string& message, const std::string& text) {
  model.say(text);
  return chat.ask(message, go_on).text;
}

TEST_CASE("answers end at the template's token, and stand in the messages of the next turn") {
  ScriptedModel model;
  Conversation chat = conversation(model);
  chat.set_system("be kind");
  std::string shown;
  model.say("hello you");
  const Answer first = chat.ask("hi", [&](std::string_view more) {
    shown += more;
    return true;
  });
  CHECK(first.text == "hello you");
  CHECK(shown == "hello you");
  CHECK(first.finish_reason == "stop");
  CHECK(answer(chat, model, "and?", "no more") == "no more");
  CHECK(model.read() ==
        "<|im_start|>system\nbe kind<|im_end|>;<|im_start|>user\nhi<|im_end|>;<|im_start|>assistant\nhello you"
        "<|im_end|>;<|im_start|>user\nand?<|im_end|>;<|im_start|>assistant\n");
  CHECK(chat.context()["messages"].size() == 5);
  chat.set_system("");
  CHECK(chat.context()["messages"].size() == 4);
  chat.set_system("new");
  chat.clear();
  CHECK(chat.context() == Json::parse(R"({"messages": [{"role": "system", "content": "new"}]})"));
}

TEST_CASE("a turn computes only what is new, up to a page") {
  ScriptedModel model;
  Conversation chat = conversation(model);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "the movie ";
  answer(chat, model, text, "good good good good");
  const int64_t first = chat.num_prompt_tokens();
  CHECK(first > 4 * kPage);
  CHECK(chat.speed().num_prompt_tokens() == first);
  model.num_tokens.clear();
  answer(chat, model, "why", "so");
  CHECK(chat.num_prompt_tokens() > first);
  // All full pages of the first prompt are there; the page in which it ended may be computed again.
  CHECK(model.num_tokens.front() <= chat.num_prompt_tokens() - first / kPage * kPage);
  CHECK(chat.speed().num_prompt_tokens() == model.num_tokens.front());
  model.num_tokens.clear();
  model.say("again");
  chat.ask_again(go_on);
  CHECK(model.num_tokens.front() <= kPage);
}

TEST_CASE("an answer that the listener ends is kept as far as it goes") {
  ScriptedModel model;
  Conversation chat = conversation(model);
  model.say("one two three four five six", /*ends=*/false);
  int num_calls = 0;
  const Answer stopped = chat.ask("count", [&](std::string_view) { return ++num_calls < 3; });
  CHECK(stopped.finish_reason == "interrupted");
  CHECK(stopped.ids.size() == 3);
  CHECK(chat.context()["messages"][1] == Json({{"role", "assistant"}, {"content", stopped.text}}));
}

TEST_CASE("another answer replaces the last one, with draws of its own") {
  ScriptedModel model;
  Conversation chat = conversation(model);
  CHECK(std::string(expect_error([&] { chat.ask_again(go_on); }).what()) == "there is no message to answer again");
  answer(chat, model, "hi", "first");
  model.say("second");
  CHECK(chat.ask_again(go_on).text == "second");
  CHECK(chat.context()["messages"] ==
        Json::parse(R"([{"role": "user", "content": "hi"}, {"role": "assistant", "content": "second"}])"));
}

TEST_CASE("a chat that is too long is an error, or loses its oldest turns for the model only") {
  const std::string text(60, '1');  // each digit is a token
  ScriptedModel model;
  Conversation strict = conversation(model, {.max_context = 200}, 10000);
  CHECK(strict.max_context() == 200);
  answer(strict, model, text, "a");
  const Json before = strict.context();
  const Error error = expect_error([&] { answer(strict, model, text + text + text, "b"); });
  CHECK(contains(error.what(), "tokens, and the model takes at most 200 with the answer"));
  CHECK(contains(error.hint(), "--truncate"));
  CHECK(strict.context() == before);

  ScriptedModel other;
  Conversation chat = conversation(other, {.max_context = 200, .truncates = true}, 10000);
  chat.set_system("sys");
  for (const char* name : {"first ", "second ", "third ", "fourth "}) answer(chat, other, name + text, "ok");
  CHECK(chat.num_skipped() >= 2);
  CHECK(chat.num_skipped() % 2 == 0);
  CHECK(contains(other.read(), "system\nsys"));
  CHECK_FALSE(contains(other.read(), "first"));
  CHECK(contains(other.read(), "fourth"));
  CHECK(chat.context()["messages"].size() == 9);
  const Error too_much = expect_error([&] { answer(chat, other, text + text + text + text, "b"); });
  CHECK(contains(too_much.hint(), "all turns before it are skipped already"));
  CHECK(chat.context()["messages"].size() == 9);
}

TEST_CASE("an error of generation leaves the chat as it was, and the next message works") {
  ScriptedModel model;
  bool fails = true;
  LanguageModel broken = model.get();
  broken.scores = [&, scores = broken.scores](const tensor::KvBatch& batch) {
    if (fails) throw Error(ErrorKind::kInput, "NaN");
    return scores(batch);
  };
  Conversation failing(broken, ScriptedModel::kShape, chat_format(), {}, {});
  CHECK(std::string(expect_error([&] { failing.ask("hi", go_on); }).what()) == "NaN");
  CHECK(failing.context()["messages"].empty());
  fails = false;
  CHECK(answer(failing, model, "hi", "well") == "well");
}

TEST_CASE("a chat is loaded with its variables; one that the template refuses is not") {
  ScriptedModel model;
  Conversation chat = conversation(model);
  chat.load(Json::parse(R"({"messages": [{"role": "user", "content": "q"}], "add_generation_prompt": false,
                            "enable_thinking": true})"));
  CHECK(chat.awaits_answer());
  model.say("a");
  chat.ask_again(go_on);
  CHECK_FALSE(chat.awaits_answer());
  CHECK(model.read().starts_with("think:<|im_start|>user\nq"));
  chat.set_thinking(false);
  answer(chat, model, "q2", "a2");
  CHECK(model.read().starts_with("<|im_start|>user\nq<|im_end|>"));
  const Json before = chat.context();
  CHECK_FALSE(before.contains("add_generation_prompt"));
  for (const char* wrong : {"[]", "{}", R"({"messages": []})", R"({"messages": [5]})",
                            R"({"messages": [{"role": "critic", "content": "x"}]})", R"({"messages": 3})"}) {
    CAPTURE(wrong);
    expect_error([&] { chat.load(Json::parse(wrong)); });
    CHECK(chat.context() == before);
  }
}

TEST_CASE("beams, several answers and thinking without a variable are refused") {
  ScriptedModel model;
  Conversation chat = conversation(model);
  GenerationOptions options;
  options.num_beams = 2;
  CHECK(contains(expect_error([&] { chat.set_generation(options); }).what(), "a chat has one answer at a time"));
  options.num_beams = 1;
  options.num_return_sequences = 2;
  CHECK(contains(expect_error([&] { chat.set_generation(options); }).what(), "a chat has one answer at a time"));
  options.num_return_sequences = 1;
  options.max_new_tokens = 1;
  chat.set_generation(options);
  model.say("one two", /*ends=*/false);
  CHECK(chat.ask("hi", go_on).finish_reason == "length");
  Conversation plain(model.get(), ScriptedModel::kShape, chat_format("{{ messages[-1].content }}"), {}, {});
  CHECK(contains(expect_error([&] { plain.set_thinking(true); }).what(), "cannot turn thinking on or off"));
}

}  // namespace conversation_test
