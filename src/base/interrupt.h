// Lets long work end cleanly after Ctrl-C or SIGTERM.
#pragma once

namespace hone {

// While a guard is alive, SIGINT and SIGTERM set a flag and do not end the process. The second signal ends it with exit
// code 130 or 143. Guards may be nested, in one thread: the flag stays until the outermost begins again.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// Returns the signal that arrived while a guard was alive (SIGINT or SIGTERM), or 0.
int pending_interrupt();

}  // namespace hone
