// A chat with a language model: its messages, and the answers that the model gives to them. It knows no terminal. One
// cache of keys and values serves all turns: what a turn has in common with the one before is not computed again, up to
// a page of tokens.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "generate/answer.h"
#include "generate/chat_format.h"
#include "generate/generation.h"
#include "generate/speed.h"

namespace hone::generate {

class Conversation {
 public:
  struct Settings {
    GenerationOptions generation;
    std::shared_ptr<grammar::TokenMasks> form = {};  // of every answer
    std::optional<int64_t> max_context = {};         // most tokens of a chat; default: the model's
    bool truncates = false;                          // skips the oldest turns if the chat is too long
  };

  // `config`: of the model; the tokens that end a turn of the format are added. Errors: those of set_generation().
  Conversation(LanguageModel model, const tensor::KvShape& shape, ChatFormat format, GenerationConfig config,
               Settings settings);

  // Gets each text of an answer when it is certain, and an empty one for a token without a certain text. Returns
  // whether the answer goes on.
  using Listener = std::function<bool(std::string_view more)>;

  // Adds a message of the user and its answer. An answer that the listener ends is kept as far as it goes. Errors:
  // kInput if the template refuses the chat; kUsage if it is longer than the context, or generation refuses it. The
  // chat is then as it was before.
  Answer ask(std::string_view message, const Listener& listener);
  // Answers the last message of the user again, with other draws. Errors: those of ask(), and kUsage without a message.
  Answer ask_again(const Listener& listener);

  // Sets the system message; an empty one removes it.
  void set_system(std::string_view text);
  // Removes all messages but the system message.
  void clear();
  // Replaces messages and variables by those of a file that was read. Errors: kInput for a context that the template
  // refuses; the chat is then as it was before.
  void load(Json context);
  // The messages, and the variables of the template, as `hone chat --render --context` reads them.
  const Json& context() const { return state_.context; }
  // Returns whether the last message is one of the user.
  bool awaits_answer() const;

  // Turns thinking on or off. Throws kUsage if the template reads no variable for it.
  void set_thinking(bool is_on);

  const GenerationOptions& generation() const { return settings_.generation; }
  // Errors: kUnsupported for beams and for several answers.
  void set_generation(const GenerationOptions& options);

  int64_t max_context() const { return model_.max_length; }
  // The messages, after the system message, that the model does not read because the chat is too long.
  size_t num_skipped() const { return state_.num_skipped; }
  int64_t num_prompt_tokens() const { return num_prompt_tokens_; }  // of the last answer's prompt
  const Speed& speed() const { return speed_; }                     // of the last answer

 private:
  struct State {
    Json context;
    size_t num_skipped = 0;
  };

  Answer answer(const Listener& listener);
  Answer generate(Request request, const Listener& listener);
  std::vector<int32_t> prompt();
  Json read_context() const;
  bool skip_a_turn();
  // Calls `change`; if it throws, the chat is as it was before.
  Answer undone_if_it_fails(const std::function<Answer()>& change);

  LanguageModel model_;
  ChatFormat format_;
  GenerationConfig config_;
  Settings settings_;
  Generation generation_;
  State state_;
  uint64_t num_answers_ = 0;
  int64_t num_prompt_tokens_ = 0;
  Speed speed_;
};

}  // namespace hone::generate
