#include "generate/answer.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "generate/scripted_model.h"

namespace answer_test {

using namespace hone;
using namespace hone::generate;

// Lets the model answer, and shows the texts as they come.
std::vector<std::string> grow(ScriptedModel& model, Generation& generation, GrowingAnswer& growing,
                              int64_t max_new_tokens = 50) {
  Request request;
  request.prompt = {5, 6};
  request.stop_ids = {kImEnd};
  request.max_new_tokens = max_new_tokens;
  generation.add(0, std::move(request));
  std::vector<std::string> texts;
  while (!generation.is_idle()) {
    for (const Generated& generated : generation.step()) texts.push_back(growing.take(generation, generated));
  }
  CHECK(texts.size() == model.num_tokens.size());
  return texts;
}

TEST_CASE("an answer grows until its stop id, and its texts make up the whole") {
  ScriptedModel model;
  model.say("the movie was \xE5\xA5\xBD");
  Generation generation(model.get(), ScriptedModel::kShape, 1024);
  GrowingAnswer growing(chat_tokenizer(), {});
  std::string all;
  for (const std::string& text : grow(model, generation, growing)) all += text;
  CHECK(growing.is_whole());
  CHECK(all == "the movie was \xE5\xA5\xBD");
  CHECK(growing.answer().text == all);
  CHECK(growing.answer().ids.back() == kImEnd);
  CHECK(growing.answer().finish_reason == "stop");
  CHECK(growing.interrupt(generation, 0) == "");
  CHECK(growing.answer().finish_reason == "stop");
  CHECK(answer_of(chat_tokenizer(), growing.answer().ids, FinishReason::kStop).text == all);
}

TEST_CASE("a stop string, the longest length and an interruption end an answer, and say so") {
  ScriptedModel model;
  model.say("one two three");
  Generation generation(model.get(), ScriptedModel::kShape, 1024);
  GenerationOptions options;
  options.stop_strings = {" two"};
  GrowingAnswer stopped(chat_tokenizer(), options);
  grow(model, generation, stopped);
  CHECK(stopped.answer().text == "one");
  CHECK(stopped.answer().finish_reason == "stop");
  CHECK(answer_json("q", stopped.answer()) == Json({{"prompt", "q"},
                                                    {"text", "one"},
                                                    {"token_ids", stopped.answer().ids},
                                                    {"finish_reason", "stop"},
                                                    {"stop_string", " two"}}));

  ScriptedModel other;
  other.say("abcdefgh");
  Generation second(other.get(), ScriptedModel::kShape, 1024);
  GrowingAnswer cut(chat_tokenizer(), {});
  grow(other, second, cut, 2);
  CHECK(cut.answer().finish_reason == "length");
  CHECK(cut.answer().ids.size() == 2);

  Request request;
  request.prompt = {5};
  second.add(1, std::move(request));
  GrowingAnswer interrupted(chat_tokenizer(), {});
  for (const Generated& generated : second.step()) interrupted.take(second, generated);
  interrupted.interrupt(second, 1);
  CHECK(second.is_idle());
  CHECK(interrupted.answer().finish_reason == "interrupted");
  CHECK(interrupted.answer().ids.size() == 1);
}

TEST_CASE("silent tokens are ids of the answer, without text") {
  const std::vector<int32_t> ids = chat_tokenizer().encode("ab").ids;
  CHECK(answer_of(chat_tokenizer(), ids, FinishReason::kLength, {ids.front()}).ids == ids);
  ScriptedModel model;
  model.say("ab", /*ends=*/false);
  Generation generation(model.get(), ScriptedModel::kShape, 1024);
  GrowingAnswer growing(chat_tokenizer(), {}, {ids.back()});
  grow(model, generation, growing, static_cast<int64_t>(ids.size()));
  const std::vector<int32_t> shown(ids.begin(), ids.end() - 1);
  CHECK(growing.answer().text == chat_tokenizer().decode(shown, true));
  CHECK(growing.answer().ids == ids);
}

}  // namespace answer_test
