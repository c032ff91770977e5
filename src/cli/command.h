// A row of the table of commands. The program itself contains only names, options and help, so that `hone train --help`
// and usage errors appear at once. Most commands are implemented in a library (launch.h), which the program loads to
// run such a command.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "cli/launch.h"
#include "cli/model_folder.h"
#include "options/field_list.h"
#include "options/parse.h"

namespace hone::cli {

// The address of this variable identifies a type of options, so that the compiler can compare the tables of the program
// and the library.
template <typename Options>
inline constexpr char kOptionsType = 0;

struct Command {
  std::string_view name, group, doc;
  std::span<const std::string_view> common;  // the options that --help shows; empty: all
  const void* options_type;
  uint8_t libraries;  // Library bits: those that have a runner for it
  // Calls `use` with the command's options, which have their default values.
  void (*with_fields)(const std::function<void(const options::FieldList&)>& use);
  // Parses the arguments, then prints the help or runs the command. Returns the exit code.
  int (*start)(const Command&, std::span<const std::string> arguments);
};

// Returns "hone train".
std::string full_name(const Command& command);

// Returns the width for help on standard output: that of the terminal, at most kMaxLineColumns.
size_t help_width();

void print(std::string_view text);
void print_notes(std::span<const std::string> notes);

// Returns the exit code of a server after a signal (0: none) has stopped it: 0 after SIGTERM, which asks for a clean
// stop; 130 after Ctrl-C.
int server_exit_code(int signal_number);

// Returns the help. `topic`: a group of options, "all", or empty for the common options.
std::string command_help(const Command& command, std::string_view topic, size_t width);
std::string command_markdown(const Command& command);

template <typename Options>
void with_default_fields(const std::function<void(const options::FieldList&)>& use) {
  Options defaults;
  use(options::fields_of(defaults));
}

template <typename Options, typename Run>
int start_command(const Command& command, std::span<const std::string> arguments, Run run) {
  auto parsed = options::parse<Options>(full_name(command), arguments);
  if (parsed.wants_help) {
    print(command_help(command, parsed.help_topic, help_width()));
    return 0;
  }
  settle_model_folder(options::fields_of(parsed.options), parsed.notes);
  print_notes(parsed.notes);
  return run(parsed);
}

// Makes the row of a command that is implemented in one library: src/cli/<name>.cpp defines
// int run_<name>(const options::Parsed<Options>&), and src/cli/library.cpp or rows_library.cpp lists it.
template <typename Options, Library library = kModels>
constexpr Command library_command(std::string_view name, std::string_view group, std::string_view doc,
                                  std::span<const std::string_view> common = {}) {
  const auto start = [](const Command& command, std::span<const std::string> arguments) {
    return start_command<Options>(command, arguments, [&](const options::Parsed<Options>& parsed) {
      return run_in_library(library, std::string(command.name), &parsed);
    });
  };
  return {name, group, doc, common, &kOptionsType<Options>, library, with_default_fields<Options>, start};
}

// Makes the row of a command that the program itself implements. For some options `run` calls run_in_library(), so that
// these libraries have a runner of this name too.
template <typename Options, int (*run)(const options::Parsed<Options>&), uint8_t libraries = kNoLibrary>
constexpr Command light_command(std::string_view name, std::string_view group, std::string_view doc,
                                std::span<const std::string_view> common = {}) {
  const auto start = [](const Command& command, std::span<const std::string> arguments) {
    return start_command<Options>(command, arguments, run);
  };
  return {name, group, doc, common, &kOptionsType<Options>, libraries, with_default_fields<Options>, start};
}

}  // namespace hone::cli
