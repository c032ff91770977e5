#include "cli/chat_input.h"

#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cwchar>
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

std::atomic<bool> prompt_is_interrupted{false};

extern "C" void hone_on_prompt_interrupt(int) { prompt_is_interrupted = true; }

// While one lives, Ctrl-C ends the editor's reading.
class InterruptedReads {
 public:
  InterruptedReads() {
    prompt_is_interrupted = false;
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

// Waits for a byte of standard input. Returns false, with errno, after Ctrl-C or an error. A read() that began just
// after Ctrl-C would wait for the next key; therefore this looks at the flag ten times a second.
bool wait_for_byte(EditLine* editor) {
  constexpr int kMilliseconds = 100;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (!prompt_is_interrupted) {
    const int num_ready = poll(&input, 1, kMilliseconds);
    if (num_ready > 0) return true;
    if (num_ready < 0 && errno != EINTR) return false;
    el_resize(editor);  // does nothing if the terminal has its old size
  }
  errno = EINTR;
  return false;
}

// Reads a character of UTF-8 for libedit: 1, or 0 at the end of the input, or -1 with errno. Bytes that are no
// character become U+FFFD.
int read_character(EditLine* editor, wchar_t* character) {
  std::mbstate_t state{};
  while (wait_for_byte(editor)) {
    char byte = 0;
    const ssize_t num_read = read(STDIN_FILENO, &byte, 1);
    if (num_read < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (num_read <= 0) return static_cast<int>(num_read);
    constexpr auto kIncomplete = static_cast<size_t>(-2), kMalformed = static_cast<size_t>(-1);
    const size_t size = std::mbrtowc(character, &byte, 1, &state);
    if (size == kIncomplete) continue;
    if (size == kMalformed) *character = L'\uFFFD';
    return 1;
  }
  return -1;
}

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
    el_set(editor_, EL_GETCFN, read_character);
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
    int size = 0;
    const char* const line = el_gets(editor_, &size);
    if (line == nullptr || size <= 0) return ended(prompt_is_interrupted);
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
