#include "cli/chat_input.h"

#include <histedit.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/utf8.h"

namespace hone::cli {

namespace {

constexpr std::string_view kBlockMark = "\"\"\"";
constexpr const char *kFirstPrompt = ">>> ", *kNextPrompt = "... ";

using Kind = ChatMessage::Kind;

}  // namespace

class ChatInput::Lines {
 public:
  virtual ~Lines() = default;
  // Returns a line (kText), kCleared or kEnd.
  virtual ChatMessage read(const char* prompt) = 0;
  // The place of the last line, for messages.
  virtual std::string place() const = 0;
};

namespace {

class PipedLines : public ChatInput::Lines {
 public:
  ChatMessage read(const char*) override {
    std::string line;
    if (!std::getline(std::cin, line)) return {};
    ++number_;
    if (line.ends_with('\r')) line.pop_back();
    return {Kind::kText, std::move(line)};
  }
  std::string place() const override { return fmt::format("standard input:{}", number_); }

 private:
  size_t number_ = 0;
};

extern "C" void hone_on_prompt_interrupt(int) {}

// While one lives, Ctrl-C ends the read() of the editor with EINTR.
class InterruptedReads {
 public:
  InterruptedReads() {
    struct sigaction action{};
    action.sa_handler = hone_on_prompt_interrupt;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &previous_);
  }
  ~InterruptedReads() { sigaction(SIGINT, &previous_, nullptr); }
  InterruptedReads(const InterruptedReads&) = delete;
  InterruptedReads& operator=(const InterruptedReads&) = delete;

 private:
  struct sigaction previous_;
};

// libedit. It writes to standard error, so that standard output has only answers.
class EditedLines : public ChatInput::Lines {
 public:
  EditedLines() {
    std::setlocale(LC_CTYPE, "C.UTF-8");  // libedit reads characters by the locale; hone's texts are UTF-8 in any
    editor_ = el_init("hone", stdin, stderr, stderr);
    history_ = history_init();
    if (editor_ == nullptr || history_ == nullptr) throw Error(ErrorKind::kIo, "cannot edit lines of this terminal");
    HistEvent event;
    history(history_, &event, H_SETSIZE, 1000);
    history(history_, &event, H_SETUNIQUE, 1);
    el_set(editor_, EL_CLIENTDATA, this);
    el_set(editor_, EL_PROMPT, prompt_of);
    el_set(editor_, EL_HIST, history, history_);
    el_set(editor_, EL_EDITOR, "emacs");
    el_set(editor_, EL_SIGNAL, 1);
    for (const auto& [key, command] : kKeys) el_set(editor_, EL_BIND, key, command, nullptr);
    el_source(editor_, nullptr);
  }
  ~EditedLines() override {
    if (history_ != nullptr) history_end(history_);
    if (editor_ != nullptr) el_end(editor_);
  }

  ChatMessage read(const char* prompt) override {
    prompt_ = prompt;
    const InterruptedReads interrupted;
    errno = 0;
    int size = 0;
    const char* const line = el_gets(editor_, &size);
    if (line == nullptr || size <= 0) return ended(size < 0 && errno == EINTR);
    std::string text(line, static_cast<size_t>(size));
    HistEvent event;
    if (text.find_first_not_of(" \n") != std::string::npos) history(history_, &event, H_ENTER, text.c_str());
    if (text.ends_with('\n')) text.pop_back();
    return {Kind::kText, std::move(text)};
  }
  std::string place() const override { return "the message"; }

 private:
  struct Key {
    const char *key, *command;
  };
  static constexpr Key kKeys[] = {{"^W", "ed-delete-prev-word"},
                                  {"^R", "em-inc-search-prev"},
                                  {"\\e[3~", "ed-delete-next-char"},
                                  {"\\e[1;5C", "em-next-word"},
                                  {"\\e[1;5D", "ed-prev-word"}};

  static char* prompt_of(EditLine* editor) {
    void* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return const_cast<char*>(static_cast<EditedLines*>(self)->prompt_);
  }

  // Ctrl-C leaves only on the first line of a message, and only if it is empty.
  ChatMessage ended(bool by_interrupt) const {
    const LineInfo* const line = el_line(editor_);
    const bool is_begun = line->lastchar > line->buffer || prompt_ != kFirstPrompt;
    std::fputs("\n", stderr);
    return {by_interrupt && is_begun ? Kind::kCleared : Kind::kEnd, {}};
  }

  EditLine* editor_ = nullptr;
  History* history_ = nullptr;
  const char* prompt_ = kFirstPrompt;
};

// Reads up to the second """ of a block, which began with `first`.
ChatMessage read_block(ChatInput::Lines& lines, std::string_view first) {
  ChatMessage message{Kind::kBlock, std::string(first)};
  const std::string begin = lines.place();
  while (!message.text.ends_with(kBlockMark)) {
    const ChatMessage line = lines.read(kNextPrompt);
    if (line.kind == Kind::kCleared) return line;
    if (line.kind == Kind::kEnd) {
      throw Error(ErrorKind::kInput, fmt::format("{}: a block begins with \"\"\" and does not end", begin),
                  "end it with a line that ends in \"\"\"");
    }
    if (!message.text.empty()) message.text += '\n';
    message.text += line.text;
  }
  message.text.resize(message.text.size() - kBlockMark.size());
  if (message.text.ends_with('\n')) message.text.pop_back();
  return message;
}

}  // namespace

ChatInput::ChatInput() : is_terminal_(isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0) {
  if (is_terminal_) {
    lines_ = std::make_unique<EditedLines>();
  } else {
    lines_ = std::make_unique<PipedLines>();
  }
}

ChatInput::~ChatInput() = default;

ChatMessage ChatInput::next() {
  ChatMessage message = lines_->read(kFirstPrompt);
  if (message.kind != Kind::kText) return message;
  if (message.text.starts_with(kBlockMark)) {
    message = read_block(*lines_, std::string_view(message.text).substr(kBlockMark.size()));
  }
  while (message.kind == Kind::kText && message.text.ends_with('\\')) {
    ChatMessage line = lines_->read(kNextPrompt);
    if (line.kind == Kind::kCleared) return line;
    message.text.back() = '\n';
    message.text += line.text;
    if (line.kind == Kind::kEnd) break;
  }
  check_utf8(message.text, lines_->place());
  return message;
}

}  // namespace hone::cli
