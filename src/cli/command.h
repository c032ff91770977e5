// A row of the table of commands. The program itself holds only names, options and help, so that `hone train --help`
// and usage errors answer at once; what a command does is in lib/libhone.so (which needs libtorch) and is loaded when
// the command runs.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "cli/launch.h"
#include "options/field_list.h"
#include "options/parse.h"

namespace hone::cli {

// Its address names a type of options, so that the program's table and the library's can be compared when compiling.
template <typename Options>
inline constexpr char kOptionsType = 0;

struct Command {
  std::string_view name, group, doc;
  const void* options_type;
  bool in_library;
  // Calls `use` with the command's options at their defaults.
  void (*with_fields)(const std::function<void(const options::FieldList&)>& use);
  // Parses the arguments, then prints the help or runs the command. Returns the exit code.
  int (*start)(const Command&, std::span<const std::string> arguments);
};

// "hone train".
std::string full_name(const Command& command);

// 80 to 100 columns.
size_t terminal_width();

void print(std::string_view text);
void print_notes(std::span<const std::string> notes);

// The exit code of a server that a signal (0: none) has stopped: 0 after SIGTERM, which asks for a clean stop; 130
// after Ctrl-C.
int server_exit_code(int signal_number);

std::string command_help(const Command& command, size_t width);
std::string command_markdown(const Command& command);

template <typename Options>
void with_default_fields(const std::function<void(const options::FieldList&)>& use) {
  Options defaults;
  use(options::fields_of(defaults));
}

template <typename Options, typename Run>
int start_command(const Command& command, std::span<const std::string> arguments, Run run) {
  const auto parsed = options::parse<Options>(full_name(command), arguments);
  if (parsed.wants_help) {
    print(command_help(command, terminal_width()));
    return 0;
  }
  print_notes(parsed.notes);
  return run(parsed);
}

// A command whose work is in the library: src/cli/<name>.cpp defines
// int run_<name>(const options::Parsed<Options>&), and src/cli/library.cpp lists it.
template <typename Options>
constexpr Command library_command(std::string_view name, std::string_view group, std::string_view doc) {
  const auto start = [](const Command& command, std::span<const std::string> arguments) {
    return start_command<Options>(command, arguments, [&](const options::Parsed<Options>& parsed) {
      return run_in_library(std::string(command.name), &parsed);
    });
  };
  return {name, group, doc, &kOptionsType<Options>, true, with_default_fields<Options>, start};
}

// A command that needs no libtorch and is answered by the program itself.
template <typename Options, int (*run)(const options::Parsed<Options>&)>
constexpr Command light_command(std::string_view name, std::string_view group, std::string_view doc) {
  const auto start = [](const Command& command, std::span<const std::string> arguments) {
    return start_command<Options>(command, arguments, run);
  };
  return {name, group, doc, &kOptionsType<Options>, false, with_default_fields<Options>, start};
}

}  // namespace hone::cli
