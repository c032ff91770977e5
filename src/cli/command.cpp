// Prints help, notes and results of commands.
#include "cli/command.h"

#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/log.h"
#include "base/terminal.h"
#include "options/help.h"

namespace hone::cli {

std::string full_name(const Command& command) { return fmt::format("hone {}", command.name); }

size_t help_width() { return std::min(terminal_columns(STDOUT_FILENO).value_or(kMaxLineColumns), kMaxLineColumns); }

std::string command_help(const Command& command, std::string_view topic, size_t width) {
  std::string text;
  command.with_fields([&](const options::FieldList& list) {
    const std::string name = full_name(command);
    text = options::help_text(list, {name, command.doc, command.common, topic}, width);
  });
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
