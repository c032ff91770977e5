// Ctrl-C and SIGTERM asked for politely: the first sets a flag that long work looks at, the second leaves at once.
#pragma once

namespace hone {

// While alive, SIGINT and SIGTERM set a flag instead of ending the process. The second signal ends it with 130 or 143.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// The signal that came while a guard was alive (SIGINT or SIGTERM), or 0.
int pending_interrupt();

}  // namespace hone
