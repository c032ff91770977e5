#include <doctest/doctest.h>

#include <poll.h>
#include <pty.h>
#include <termios.h>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace chat_test {

using namespace hone;

constexpr const char* kContext = R"({"messages": [{"role": "user", "content": "good [SEP] movie"}], "x": 5})";

ProcessResult chat(const std::filesystem::path& model, std::vector<std::string> more, const std::string& input = "") {
  more.insert(more.begin(), {"chat", "--model", model.string()});
  return run_hone(more, input);
}

TEST_CASE("chat --render prints what the template makes of the context") {
  const TemporaryFolder folder;
  const auto model = copy_model(folder);
  write_file(model / "chat_template.jinja",
             "{{ cls_token }}{% for m in messages %}{{ m.content }}{% endfor %}{{ x }}{{ sep_token }}");
  const std::string context = folder.write("context.json", kContext).string();
  const ProcessResult result = chat(model, {"--render", "--context", context});
  CHECK(result.error == "");
  CHECK(result.output == "[CLS]good [SEP] movie5[SEP]");
  CHECK(chat(model, {"--render", "--context", "-"}, kContext).output == result.output);
  const std::string other = folder.write("other.jinja", "{{ messages[0].role }}\n\n").string();
  CHECK(chat(model, {"--render", "--context", context, "--template", other}).output == "user\n");
}

TEST_CASE("chat --render --ids prints token ids, in which no special token comes from a message") {
  const TemporaryFolder folder;
  const auto model = copy_model(folder);
  write_file(model / "chat_template.jinja", "{{ cls_token }}{{ messages[0].content }}{{ sep_token }}");
  const std::string context = folder.write("context.json", kContext).string();
  const auto ids = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--render", "--ids", "--context", context});
    return Json::parse(chat(model, more).output).get<std::vector<int>>();
  };
  // 2 is [CLS], 3 is [SEP], 86 is good, 79 is movie.
  CHECK(ids({"--allow-special"}) == std::vector<int>{2, 86, 3, 79, 3});
  const std::vector<int> plain = ids({});
  CHECK(plain.size() > 5);
  CHECK(std::count(plain.begin(), plain.end(), 3) == 1);
  CHECK(plain.back() == 3);
}

TEST_CASE("errors of chat --render name the template's line, or what is missing") {
  const TemporaryFolder folder;
  const auto model = copy_model(folder);
  const std::string context = folder.write("context.json", kContext).string();
  const ProcessResult none = chat(model, {"--render", "--context", context});
  CHECK(none.exit_code == 1);
  CHECK(contains(none.error, model.string() + ": the model has no chat template"));
  CHECK(contains(none.error, "--template FILE"));
  write_file(model / "chat_template.jinja", "a\n{{ messages[0].nope.x }}");
  const ProcessResult wrong = chat(model, {"--render", "--context", context});
  CHECK(wrong.exit_code == 1);
  CHECK(contains(wrong.error, "chat_template.jinja:2: 'dict object' has no attribute 'nope'"));
}

TEST_CASE("wrong options of chat are usage errors") {
  const auto error = [](const std::vector<std::string>& more) {
    const ProcessResult result = chat(tiny_model(), more);
    CHECK(result.exit_code == 2);
    return result.error;
  };
  CHECK(contains(error({"--ids"}), "--ids belongs to --render"));
  CHECK(contains(error({"--render"}), "--render needs --context"));
  CHECK(contains(error({"--render", "--context", "x.json", "--allow-special"}),
                 "--allow-special changes only the token ids"));
}

// A story model with a template that shows a chat as one text, so that greedy answers are those of hone generate.
class StoryChat {
 public:
  static bool is_skipped() {
    if (std::filesystem::exists(model())) return false;
    MESSAGE("skipped: ../shared/models is not here");
    return true;
  }

  static std::filesystem::path model() {
    return std::filesystem::path(HONE_SOURCE_DIR) / ".." / "shared" / "models" / "tinystories-656k-llama";
  }

  std::vector<std::string> arguments(const std::string& command, std::vector<std::string> more,
                                     const std::string& folder = model().string()) const {
    more.insert(more.begin(), {command, "--model", folder, "--precision", "fp32", "--num-threads", "1",
                               "--no-do-sample", "--template", template_});
    return more;
  }
  // `input` is piped in.
  ProcessResult talk(const std::string& input, std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--max-new-tokens", "8"});
    return run_hone(arguments("chat", std::move(more)), input);
  }
  // A copy of the model that takes long chats, so that an answer does not end before it is stopped.
  std::string long_model() const {
    const std::filesystem::path copy = folder_.path() / "long";
    std::filesystem::create_directory(copy);
    std::filesystem::copy(model(), copy);
    Json config = read_json(copy / "config.json");
    config["max_position_embeddings"] = 200000;
    write_json(copy / "config.json", config);
    return copy.string();
  }
  std::string path(const char* name) const { return (folder_.path() / name).string(); }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
  std::string template_ =
      folder_
          .write("t.jinja",
                 "{{ bos_token }}{% for m in messages %}{% if m.role == 'critic' %}{{ raise_exception('no critics') }}"
                 "{% endif %}{{ m.content }}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}")
          .string();
};

// Expected: transformers' generate() (tests/cli/generate_test.cpp).
constexpr const char* kStory = ", a little girl named Lily lived in";

TEST_CASE("each line of a pipe is a message, and only answers go to standard output") {
  if (StoryChat::is_skipped()) return;
  const StoryChat chat;
  const ProcessResult one = chat.talk("Once upon a time\n");
  CHECK(contains(one.error, "note: the answer ends at max_new_tokens 8 or at the end of the context"));
  CHECK(one.exit_code == 0);
  CHECK(one.output.size() > 10);
  CHECK(one.output.starts_with(std::string(kStory).substr(0, one.output.size() - 1)));
  CHECK(chat.talk("", {"--prompt", "Once upon a time"}).output == one.output);
  CHECK(chat.talk("\n/stats\n\"\"\"Once upon\n\"\"\"\n/clear\n/clear\nOnce upon a time\r\n/exit\nmore\n")
            .output.ends_with("\n" + one.output));
  const std::vector<Json> lines = json_lines(chat.talk("Once upon a time\nOne\\\nday\n/regen\n", {"--json"}).output);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["prompt"] == "Once upon a time");
  CHECK(lines[0]["text"].get<std::string>() + "\n" == one.output);
  CHECK(lines[0]["token_ids"].size() == 8);
  CHECK(lines[0]["finish_reason"] == "length");
  CHECK(lines[1]["prompt"] == "One\nday");
  CHECK(lines[2] == lines[1]);
  const std::vector<std::string> prompt{"--apply-chat-template", "--prompt", "Once upon a time", "--max-new-tokens",
                                        "8"};
  CHECK(run_hone(chat.arguments("generate", prompt)).output == one.output);
}

TEST_CASE("a chat is saved, rendered, loaded and continued") {
  if (StoryChat::is_skipped()) return;
  const StoryChat chat;
  const std::string file = chat.path("chat.json");
  const ProcessResult saved = chat.talk("/system Be kind.\nOnce upon a time\n/save " + file + "\n/save " + file + "\n");
  CHECK(saved.exit_code == 0);
  CHECK(contains(saved.error, "saved to " + file));
  const Json context = read_json(file);
  CHECK(context["messages"][0] == Json::parse(R"({"role": "system", "content": "Be kind."})"));
  CHECK(context["messages"][2]["role"] == "assistant");
  const ProcessResult rendered = run_hone(chat.arguments("chat", {"--render", "--context", file}));
  CHECK(rendered.exit_code == 0);
  CHECK(contains(rendered.output, "Be kind.Once upon a time"));
  const ProcessResult again = chat.talk("/load " + file + "\n/regen\n");
  CHECK(contains(again.error, "3 messages from " + file));
  CHECK(again.output == saved.output);
  CHECK(chat.talk("/regen\n", {"--context", file}).output == saved.output);
  const ProcessResult kept = chat.talk("One day\n/save " + file + "\n");
  CHECK(kept.exit_code == 2);
  CHECK(contains(kept.error, file + " exists already"));
  CHECK(read_json(file) == context);
}

TEST_CASE("the commands say what they did, and what is wrong") {
  if (StoryChat::is_skipped()) return;
  const StoryChat chat;
  const auto error = [&](const std::string& input, int exit_code = 2) {
    const ProcessResult result = chat.talk(input);
    CHECK(result.exit_code == exit_code);
    return result.error;
  };
  CHECK(contains(error("/help\n", 0), "/params [NAME [VALUE]]"));
  CHECK(contains(error("/params\n", 0), "max_new_tokens       8"));
  CHECK(
      contains(error("/params do_sample true\n/params temperature 0.5\n/params temperature\n", 0), "temperature 0.5"));
  CHECK(contains(error("/params temperature 2\n", 0), "do_sample is false"));
  CHECK(contains(error("/stats\nOne day\n/stats\n", 0), "of context"));
  CHECK(contains(error("/params temperature -1\n"), "temperature"));
  CHECK(contains(error("/params top_p 0\n"), "top_p"));
  CHECK(contains(error("/params num_beams 3\n", 1), "a chat has one answer at a time"));
  CHECK(contains(error("/params heat 3\n"), "unknown parameter \"heat\""));
  CHECK(contains(error("/sav x\n"), "did you mean \"/save\"?"));
  CHECK(contains(error("/usr/bin\n"), "a message that begins with / stands between \"\"\""));
  CHECK(contains(error("/save\n"), "/save needs the name of a file"));
  CHECK(contains(error("/regen\n"), "there is no message to answer again"));
  CHECK(contains(error("/think on\n"), "cannot turn thinking on or off"));
  CHECK(contains(error("/think\n"), "/think needs on or off"));
  CHECK(contains(error("\"\"\"a\nb\n", 1), "standard input:1: a block begins with"));
  CHECK(contains(error("\xFF\n", 1), "standard input:1"));
  CHECK(contains(error("/load /nowhere/x.json\n", 1), "/nowhere/x.json"));
  for (const char* content : {"{", "[]", R"({"messages": []})", R"({"messages": [{"role": "critic"}]})"}) {
    CAPTURE(content);
    error("/load " + chat.folder().write("wrong.json", content).string() + "\n", 1);
  }
  CHECK(contains(error("/load " + chat.folder().write("odd.json", R"({"messages": [{"role": 5}]})").string() + "\n", 0),
                 "1 message from"));
}

TEST_CASE("a chat that is too long is an error, or is cut with a note; a model without a template is an error") {
  if (StoryChat::is_skipped()) return;
  const StoryChat chat;
  const std::string lines =
      "One day a girl went to the park.\nThe dog was very happy.\nThe cat was not happy at all.\n";
  const ProcessResult strict = chat.talk(lines, {"--max-context-tokens", "20"});
  CHECK(strict.exit_code == 2);
  CHECK(contains(strict.error, "the model takes at most 20 with the answer"));
  CHECK(contains(strict.error, "--truncate"));
  const ProcessResult cut = chat.talk(lines, {"--max-context-tokens", "20", "--truncate"});
  CHECK(cut.exit_code == 0);
  CHECK(contains(cut.error, "note: the model does not read the first "));
  CHECK(std::ranges::count(cut.output, '\n') >= 3);
  const ProcessResult none = run_hone({"chat", StoryChat::model().string()}, "hi\n");
  CHECK(none.exit_code == 1);
  CHECK(contains(none.error, "the model has no chat template"));
  CHECK(contains(none.error, "--template FILE"));
  CHECK(contains(none.error, "hone generate"));
  CHECK(contains(run_hone(chat.arguments("generate", {"--prompt", "a"})).error, "belong to --apply-chat-template"));
}

// hone chat in a terminal of its own.
class TerminalChat {
 public:
  explicit TerminalChat(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), HONE_PROGRAM);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const winsize size{.ws_row = 24, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
    pid_ = forkpty(&terminal_, nullptr, nullptr, &size);
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      setenv("TERM", "xterm", 1);
      execv(argv[0], argv.data());
      _exit(127);
    }
  }
  ~TerminalChat() {
    if (!is_over_) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(terminal_);
  }
  TerminalChat(const TerminalChat&) = delete;
  TerminalChat& operator=(const TerminalChat&) = delete;

  void type(std::string_view keys) const {
    CHECK(write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  }

  // Reads until `text` has come since the last call. Returns what came before it; fails after a minute.
  std::string until(const std::string& text) {
    const auto end = Clock::now() + std::chrono::minutes(1);
    while (true) {
      if (const size_t at = unread_.find(text); at != std::string::npos) {
        const std::string before = unread_.substr(0, at);
        unread_.erase(0, at + text.size());
        return before;
      }
      CAPTURE(text);
      CAPTURE(unread_);
      REQUIRE(Clock::now() < end);
      read_more();
    }
  }

  // Waits for the prompt of a line, and until the editor has switched the terminal over: before that, Ctrl-C discards
  // what was typed.
  void until_prompt() {
    until(">>> ");
    const auto end = Clock::now() + std::chrono::minutes(1);
    termios modes{};
    do {
      REQUIRE(Clock::now() < end);
      REQUIRE(tcgetattr(terminal_, &modes) == 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    } while ((modes.c_lflag & ICANON) != 0);
  }

  // Waits for the end of the program, and reads what it still writes. Fails after a minute.
  int exit_code() {
    const auto end = Clock::now() + std::chrono::minutes(1);
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      CAPTURE(unread_);
      REQUIRE(Clock::now() < end);
      read_more();
    }
    is_over_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  using Clock = std::chrono::steady_clock;

  void read_more() {
    pollfd readable{terminal_, POLLIN, 0};
    if (poll(&readable, 1, 100) <= 0) return;
    char buffer[4096];
    const ssize_t size = read(terminal_, buffer, sizeof buffer);
    if (size > 0) unread_.append(buffer, static_cast<size_t>(size));
  }

  int terminal_ = -1;
  pid_t pid_ = -1;
  bool is_over_ = false;
  std::string unread_;
};

TEST_CASE("in a terminal Ctrl-C stops an answer or clears a line, and Chinese is edited by whole characters") {
  if (StoryChat::is_skipped()) return;
  const StoryChat chat;
  const std::string file = chat.path("chat.json");
  TerminalChat terminal(
      chat.arguments("chat", {"--max-new-tokens", "100000", "--min-new-tokens", "100000"}, chat.long_model()));
  terminal.until("Ctrl-D leaves");
  terminal.until_prompt();
  terminal.type("Once upon a time\n");
  terminal.until("Lily");  // a word of the answer, not of the echo of what was typed
  terminal.type("\x03\x03");
  terminal.until("the answer was stopped");
  terminal.until_prompt();
  terminal.type("a line that nobody ends");
  terminal.until("ends");
  terminal.type("\x03");
  terminal.until_prompt();
  terminal.type("/params max_new_tokens 4\n");
  terminal.until_prompt();
  terminal.type("\xE4\xBD\xA0\xE5\xA5\xBD\xE5\x90\x97\x7F\n");  // the last of three characters is deleted again
  terminal.until("the answer ends at max_new_tokens 4");
  terminal.until_prompt();
  terminal.type("/save " + file + "\n");
  terminal.until("saved to");
  terminal.until_prompt();
  terminal.type("\x03");  // leaves, because the line is empty
  CHECK(terminal.exit_code() == 0);
  const Json messages = read_json(file)["messages"];
  REQUIRE(messages.size() == 4);
  CHECK(messages[0]["content"] == "Once upon a time");
  CHECK(messages[1]["content"].get<std::string>().size() > 3);
  CHECK(messages[2]["content"] == "\xE4\xBD\xA0\xE5\xA5\xBD");
}

}  // namespace chat_test
