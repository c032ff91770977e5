// The program `hone` finds the command in the table and starts it.
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/names.h"
#include "cli/commands.h"
#include "cli/hints.h"
#include "cli/report.h"

namespace hone::cli {

namespace {

int run(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") arguments = {"help"};
  if (arguments[0] == "--version" || arguments[0] == "-V") arguments = {"version"};
  const std::string name = arguments[0];
  arguments.erase(arguments.begin());
  if (name.starts_with('-')) {
    throw Error(ErrorKind::kUsage, fmt::format("unknown option \"{}\"", name),
                "the command comes first: hone COMMAND [options]; hone help lists the commands");
  }
  const Command& command = find_row(kCommands, "command", name);
  return with_accepted_hints(accepted_hint, name, [&] { return command.start(command, arguments); });
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
