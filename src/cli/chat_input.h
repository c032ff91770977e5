// The messages that a person types or a pipe brings. A message is a line; a line that ends in a backslash continues on
// the next one, and lines between two """ are one message.
#pragma once

#include <memory>
#include <string>

namespace hone::cli {

struct ChatMessage {
  enum class Kind {
    kText,
    kBlock,    // between """: never a command
    kCleared,  // Ctrl-C on a line that has text, or inside a message
    kEnd,      // Ctrl-D, the end of the input, or Ctrl-C on an empty line
  };
  Kind kind = Kind::kEnd;
  std::string text;
};

// Edits lines, with a history, if standard input and standard error are a terminal; else reads standard input.
class ChatInput {
 public:
  ChatInput();
  ~ChatInput();

  bool is_terminal() const { return is_terminal_; }
  // Errors: kInput, with the line, for text that is not UTF-8 and for a """ without its end.
  ChatMessage next();

  class Lines;  // where lines come from

 private:
  bool is_terminal_;
  std::unique_ptr<Lines> lines_;
};

}  // namespace hone::cli
