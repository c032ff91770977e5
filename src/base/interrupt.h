// Lets long work end cleanly after Ctrl-C or SIGTERM.
#pragma once

namespace hone {

// What a second Ctrl-C does while a guard is alive.
enum class SecondInterrupt { kEnds, kIgnored };

// While a guard is alive, SIGINT and SIGTERM set a flag and do not end the process. The second signal ends it with exit
// code 130 or 143, but a second SIGINT may be ignored. Guards may be nested, in one thread: the outermost decides, and
// the flag stays until an outermost begins again.
class InterruptGuard {
 public:
  explicit InterruptGuard(SecondInterrupt second = SecondInterrupt::kEnds);
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// Returns the signal that arrived while a guard was alive (SIGINT or SIGTERM), or 0.
int pending_interrupt();

}  // namespace hone
