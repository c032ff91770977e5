// What every command needs to talk to a terminal.
#include "cli/command.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/log.h"
#include "options/help.h"

namespace hone::cli {

std::string full_name(const Command& command) { return fmt::format("hone {}", command.name); }

size_t terminal_width() {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return std::clamp<size_t>(known ? size.ws_col : 100, 80, 100);
}

std::string command_help(const Command& command, size_t width) {
  std::string text;
  command.with_fields(
      [&](const options::FieldList& list) { text = options::help_text(list, full_name(command), command.doc, width); });
  return text;
}

std::string command_markdown(const Command& command) {
  std::string text;
  command.with_fields(
      [&](const options::FieldList& list) { text = options::markdown_section(list, full_name(command), command.doc); });
  return text;
}

int server_exit_code(int signal_number) {
  return signal_number == 0 || signal_number == SIGTERM ? 0 : 128 + signal_number;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_notes(std::span<const std::string> notes) {
  for (const std::string& note : notes) log_info("note: {}", note);
}

}  // namespace hone::cli
