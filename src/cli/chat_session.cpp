#include "cli/chat_session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/counted.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/names.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/report.h"
#include "options/field_list.h"
#include "options/value.h"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

// Splits "name value" at the first spaces.
std::pair<std::string, std::string> first_word(const std::string& text) {
  constexpr std::string_view kSpaces = " \t";
  const size_t end = std::min(text.find_first_of(kSpaces), text.size());
  const size_t rest = std::min(text.find_first_not_of(kSpaces, end), text.size());
  return {text.substr(0, end), text.substr(rest)};
}

constexpr const char* kOff = "off";  // an option without a value

std::string shown_value(const options::Field& field) {
  const std::string text = options::value_text(field).value_or("");
  return text.empty() ? kOff : text;
}

// Writes an answer, while it grows or as a JSON line, until a signal ends it.
class AnswerWriter {
 public:
  explicit AnswerWriter(const ChatSettings& settings) : settings_(settings) {}

  bool take(std::string_view more) {
    if (!settings_.json && !more.empty()) {
      print(is_terminal_ ? printable(more) : std::string(more));
      std::fflush(stdout);
    }
    return pending_interrupt() == 0;
  }

  void end(std::string_view question, const generate::Answer& answer) const {
    if (settings_.json) {
      print(generate::answer_json(question, answer).dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    print("\n");
    std::fflush(stdout);
  }

 private:
  const ChatSettings& settings_;
  bool is_terminal_ = isatty(STDOUT_FILENO) != 0;
};

class Session {
 public:
  Session(generate::Conversation& conversation, const ChatSettings& settings)
      : conversation_(conversation), settings_(settings) {}

  void ask(const std::string& message) {
    write_answer([&](const auto& listener) { return conversation_.ask(message, listener); });
  }

  int run() {
    ChatInput input;
    if (input.is_terminal()) {
      log_info("{} of context; /help lists the commands, Ctrl-D leaves",
               counted(static_cast<uint64_t>(conversation_.max_context()), "token"));
    }
    while (!is_over_) {
      const auto step = [&] {
        take(input.next());
        return 0;
      };
      if (input.is_terminal()) {
        report_errors(step);
      } else {
        step();
      }
      // On a terminal Ctrl-C has ended only an answer.
      if (signal_ != 0 && (signal_ == SIGTERM || !input.is_terminal())) break;
      signal_ = 0;
    }
    return exit_code();
  }

  int exit_code() const { return signal_ == 0 ? 0 : 128 + signal_; }

 private:
  struct Command {
    std::string_view name, arguments, doc;
    void (Session::*run)(const std::string& argument);
  };
  static const std::array<Command, 10> kCommands;

  void take(const ChatMessage& message) {
    if (message.kind == ChatMessage::Kind::kEnd) is_over_ = true;
    if (message.text.find_first_not_of(" \t\n") == std::string::npos) return;
    if (message.kind == ChatMessage::Kind::kText && message.text.starts_with('/')) return run_command(message.text);
    ask(message.text);
  }

  void run_command(const std::string& line) {
    const auto [name, argument] = first_word(line);
    const auto found = std::ranges::find(kCommands, name, &Command::name);
    if (found == kCommands.end()) {
      std::vector<std::string> known;
      for (const Command& command : kCommands) known.emplace_back(command.name);
      const Error error = unknown_name(ErrorKind::kUsage, "command", name, known);
      throw Error(error.kind(), error.what(), error.hint() + "; a message that begins with / stands between \"\"\"");
    }
    (this->*found->run)(argument);
  }

  template <typename Ask>
  void write_answer(const Ask& ask) {
    const size_t num_skipped = conversation_.num_skipped();
    AnswerWriter writer(settings_);
    const InterruptGuard guard(SecondInterrupt::kIgnored);
    const generate::Answer answer = ask([&](std::string_view more) { return writer.take(more); });
    writer.end(last_question(), answer);
    signal_ = pending_interrupt();
    if (conversation_.num_skipped() != num_skipped) {
      log_info("note: the model does not read the first {}, because the chat is too long for it",
               counted(conversation_.num_skipped(), "message"));
    }
    if (signal_ != 0) {
      log_info("note: the answer was stopped");
    } else if (answer.finish_reason == generate::finish_reason_name(generate::FinishReason::kLength)) {
      log_info("note: the answer ends at max_new_tokens {} or at the end of the context",
               conversation_.generation().max_new_tokens);
    }
  }

  // What the last answer answers; a message of a loaded chat may be a list of texts.
  std::string last_question() const {
    const Json& messages = conversation_.context()["messages"];
    const Json content = messages[messages.size() - 2].value("content", Json());
    return content.is_string() ? content.get<std::string>() : content.dump();
  }

  void set_system(const std::string& text) {
    conversation_.set_system(text);
    log_info("{}", text.empty() ? "there is no system message now" : "the system message is set");
  }

  void answer_again(const std::string&) {
    write_answer([&](const auto& listener) { return conversation_.ask_again(listener); });
    if (!conversation_.generation().do_sample) log_info("note: without do_sample the answer is always the same");
  }

  // Replaces no file that the chat does not know, so that neither a slip nor a piped text destroys one.
  void save(const std::string& file) {
    const fs::path path = named_file(file, "/save");
    if (fs::exists(path) && !files_.contains(fs::weakly_canonical(path))) {
      throw Error(ErrorKind::kUsage, fmt::format("{} exists already", path.string()), "save to another file");
    }
    write_json(path, conversation_.context());
    files_.insert(fs::weakly_canonical(path));
    log_info("saved to {}", path.string());
  }

  void load(const std::string& file) {
    const fs::path path = named_file(file, "/load");
    conversation_.load(read_json(path));
    files_.insert(fs::weakly_canonical(path));
    log_info("{} from {}", counted(conversation_.context()["messages"].size(), "message"), path.string());
    if (conversation_.awaits_answer()) log_info("the last message has no answer: /regen makes one");
  }

  static fs::path named_file(const std::string& file, const char* command) {
    if (file.empty()) throw Error(ErrorKind::kUsage, fmt::format("{} needs the name of a file", command));
    fs::path path;
    options::FieldList list;
    list("file", path, "file of a chat");
    options::assign(list.fields().front(), file, command);  // "~/" is the user's home folder
    return path;
  }

  void set_parameter(const std::string& argument) {
    generate::GenerationOptions options = conversation_.generation();
    const options::FieldList list = options::fields_of(options);
    if (!argument.empty()) {
      const auto [name, value] = first_word(argument);
      const options::Field* field = list.find(name);
      if (field == nullptr) {
        throw Error(ErrorKind::kUsage, fmt::format("unknown parameter \"{}\"", name),
                    list.suggestion(name, /*flags=*/false) + " /params lists all");
      }
      if (value.empty()) return log_info("{} {}", field->name, shown_value(*field));
      if (value == kOff && (options::is_optional(*field) || options::is_list(*field))) {
        options::clear(*field);
      } else {
        options::assign(*field, value, field->name);
      }
      conversation_.set_generation(options);
    } else {
      for (const options::Field& field : list.fields()) {
        log_info("{:<21}{}", field.name, shown_value(field));
      }
    }
    if (!options.do_sample) log_info("note: do_sample is false, so the most likely token is always taken");
  }

  void show_statistics(const std::string&) {
    const generate::Speed& speed = conversation_.speed();
    const int64_t num_prompt = conversation_.num_prompt_tokens();
    if (num_prompt == 0) return log_info("there is no answer yet");
    log_info("last answer: {}", speed.line());
    log_info("its prompt: {} of {} of context, {} from the cache", num_prompt,
             counted(static_cast<uint64_t>(conversation_.max_context()), "token"),
             num_prompt - speed.num_prompt_tokens());
    log_info("the chat: {}", counted(conversation_.context()["messages"].size(), "message"));
  }

  void set_thinking(const std::string& argument) {
    if (argument != "on" && argument != "off") throw Error(ErrorKind::kUsage, "/think needs on or off");
    conversation_.set_thinking(argument == "on");
    log_info("thinking is {}", argument);
  }

  void show_help(const std::string&) {
    for (const Command& command : kCommands) {
      log_info("{:<22}{}", fmt::format("{} {}", command.name, command.arguments), command.doc);
    }
    log_info("A line that ends in \\ continues on the next one; lines between two \"\"\" are one message.");
    log_info("Ctrl-C stops an answer or clears the line; on an empty line it leaves, as Ctrl-D does.");
  }

  void clear(const std::string&) {
    conversation_.clear();
    log_info("the chat begins anew");
  }

  void leave(const std::string&) { is_over_ = true; }

  generate::Conversation& conversation_;
  const ChatSettings& settings_;
  std::set<fs::path> files_;  // that the chat wrote or read
  bool is_over_ = false;
  int signal_ = 0;  // that ended the last answer
};

constexpr std::array<Session::Command, 10> Session::kCommands = {{
    {"/system", "[TEXT]", "set the system message, or remove it", &Session::set_system},
    {"/regen", "", "answer the last message again", &Session::answer_again},
    {"/save", "FILE", "write the chat as JSON, which --context and --render read", &Session::save},
    {"/load", "FILE", "continue a chat that was saved", &Session::load},
    {"/params", "[NAME [VALUE]]", "show or set the options of generation", &Session::set_parameter},
    {"/stats", "", "tokens and speed of the last answer", &Session::show_statistics},
    {"/think", "on|off", "turn thinking on or off", &Session::set_thinking},
    {"/help", "", "list the commands", &Session::show_help},
    {"/clear", "", "begin a new chat with the same system message", &Session::clear},
    {"/exit", "", "leave", &Session::leave},
}};

}  // namespace

int run_chat_session(generate::Conversation& conversation, const ChatSettings& settings) {
  return Session(conversation, settings).run();
}

int ask_one_question(generate::Conversation& conversation, const std::string& question, const ChatSettings& settings) {
  Session session(conversation, settings);
  session.ask(question);
  return session.exit_code();
}

}  // namespace hone::cli
