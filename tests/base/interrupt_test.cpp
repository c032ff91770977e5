#include "base/interrupt.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace hone;

namespace {

// Returns the exit code of a process that gets two signals, the second `second_signal`, or 0 if it goes on.
int exit_code_of(SecondInterrupt second, int second_signal) {
  const pid_t child = fork();
  if (child == 0) {
    const InterruptGuard guard(second);
    raise(SIGINT);
    raise(second_signal);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("the first signal sets the flag and the second ends the process") {
  {
    const InterruptGuard guard;
    CHECK(pending_interrupt() == 0);
    raise(SIGTERM);
    CHECK(pending_interrupt() == SIGTERM);
  }
  CHECK(exit_code_of(SecondInterrupt::kEnds, SIGINT) == 130);
  CHECK(exit_code_of(SecondInterrupt::kEnds, SIGTERM) == 143);
}

TEST_CASE("a second Ctrl-C can be ignored; SIGTERM ends the process all the same") {
  CHECK(exit_code_of(SecondInterrupt::kIgnored, SIGINT) == 0);
  CHECK(exit_code_of(SecondInterrupt::kIgnored, SIGTERM) == 143);
}
