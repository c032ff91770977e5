// The program `hone` finds the command in the table and starts it.
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command.h"
#include "cli/find_command.h"
#include "cli/hints.h"
#include "cli/report.h"

namespace hone::cli {

namespace {

int run(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") arguments = {"help"};
  if (arguments[0] == "--version" || arguments[0] == "-V") arguments = {"version"};
  if (arguments[0].starts_with('-')) {
    throw Error(ErrorKind::kUsage, fmt::format("unknown option \"{}\"", arguments[0]),
                "the command comes first: hone COMMAND [options]; hone help lists the commands");
  }
  const NamedCommand named = find_command(arguments);
  if (named.command == nullptr) {
    print(family_help(*named.family));
    return 0;
  }
  const Command& command = *named.command;
  arguments.erase(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(named.num_words));
  return with_accepted_hints(accepted_hint, command.name, [&] { return command.start(command, arguments); });
}

// Flushes standard output. A failed write, for example to a full disk, is an error of the command.
int with_flushed_output(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  throw Error(ErrorKind::kIo, fmt::format("cannot write to standard output: {}", system_message(errno)));
}

}  // namespace

}  // namespace hone::cli

int main(int argc, char** argv) {
  // In `hone ... | head`, hone ends without a message, even if the parent process ignores the signal.
  std::signal(SIGPIPE, SIG_DFL);
  return hone::cli::report_errors([&] {
    const int code = hone::cli::run({argv + (argc > 0 ? 1 : 0), argv + argc});
    return hone::cli::with_flushed_output(code);
  });
}
