// The loop of hone chat: messages and commands to a conversation, answers to standard output. What is no answer goes to
// standard error.
#pragma once

#include "cli/chat_input.h"
#include "generate/conversation.h"

namespace hone::cli {

struct ChatSettings {
  bool json = false;  // a JSON line for each answer
};

// Reads messages until the input ends. On a terminal an error does not end the chat. Returns the exit code.
int run_chat_session(generate::Conversation& conversation, const ChatSettings& settings);

// Asks one question. Returns the exit code.
int ask_one_question(generate::Conversation& conversation, const std::string& question, const ChatSettings& settings);

}  // namespace hone::cli
