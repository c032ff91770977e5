// The shell starts the browser behind and ends, so that nothing is left to wait for. The address is an argument of the
// script, never a part of it.
#include "http/browser.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace hone::http {

bool open_browser(const std::string& url) {
  std::string shell = "/bin/sh", flag = "-c", name = "open", address = url;
  std::string script = "command -v xdg-open >/dev/null || exit 1; xdg-open \"$1\" </dev/null >/dev/null 2>&1 &";
  char* const arguments[] = {shell.data(), flag.data(), script.data(), name.data(), address.data(), nullptr};
  pid_t child = 0;
  if (posix_spawn(&child, shell.c_str(), nullptr, nullptr, arguments, environ) != 0) return false;
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace hone::http
