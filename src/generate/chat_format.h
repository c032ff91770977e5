// How a model reads a chat: its template and tokenizer together, and the tokens that end a turn.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "generate/generation_config.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace hone::generate {

class ChatFormat {
 public:
  // `allow_special`: the text of a special token in a message becomes that token.
  ChatFormat(text::ChatTemplate chat_template, text::Tokenizer tokenizer, bool allow_special = false);

  // The ids of a context (docs/chat_templates.md) up to where the answer begins. Errors: those of
  // ChatTemplate::render().
  std::vector<int32_t> prompt_ids(Json context) const;

  // The tokens with which the template ends a turn of the assistant. None if it ends one with ordinary text, or takes
  // no chat of a user and an assistant.
  const std::vector<StopId>& turn_ends() const { return turn_ends_; }
  // The variable of the template that turns thinking on or off, if it reads one.
  std::optional<std::string> thinking_variable() const;

  const text::Tokenizer& tokenizer() const { return tokenizer_; }

 private:
  std::vector<StopId> find_turn_ends() const;

  text::ChatTemplate template_;
  text::Tokenizer tokenizer_;
  bool allow_special_;
  std::vector<StopId> turn_ends_;
};

// {"messages": [{"role": "user", "content": message}]}, with a system message in front unless it is empty.
Json chat_of(std::string_view message, std::string_view system = "");

std::vector<int32_t> ids_of(const std::vector<StopId>& stop_ids);

// Adds the stop ids that are not there yet.
void add_stop_ids(const std::vector<StopId>& more, GenerationConfig& config);

}  // namespace hone::generate
