#include "base/interrupt.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace hone;

TEST_CASE("the first signal sets the flag and the second ends the process") {
  {
    const InterruptGuard guard;
    CHECK(pending_interrupt() == 0);
    raise(SIGTERM);
    CHECK(pending_interrupt() == SIGTERM);
  }
  const pid_t child = fork();
  if (child == 0) {
    const InterruptGuard guard;
    raise(SIGINT);
    raise(SIGINT);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
}
