// Starts xdg-open without a shell, and discards its output, because browsers write a lot.
#include "http/browser.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"

namespace hone::http {

void open_in_browser(const std::string& url) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
  }
  std::string program = "xdg-open", address = url;
  char* const arguments[] = {program.data(), address.data(), nullptr};
  pid_t process = 0;
  const int failed = posix_spawnp(&process, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) log_warning("cannot open {}: xdg-open: {}", url, system_message(failed));
}

}  // namespace hone::http
