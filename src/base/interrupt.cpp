// The signal handler sets an atomic; at the second signal it ends the process.
#include "base/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace hone {

namespace {

std::atomic<int> pending{0};
std::atomic<bool> ignores_second{false};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free, "the handler uses them");
int num_guards = 0;  // the outermost guard decides
struct sigaction previous_int, previous_term;

extern "C" void hone_on_signal(int signal_number) {
  int none = 0;
  if (pending.compare_exchange_strong(none, signal_number)) return;
  if (signal_number == SIGINT && ignores_second) return;
  _exit(128 + signal_number);
}

}  // namespace

InterruptGuard::InterruptGuard(SecondInterrupt second) {
  if (num_guards++ > 0) return;
  struct sigaction action{};
  action.sa_handler = hone_on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  pending = 0;
  ignores_second = second == SecondInterrupt::kIgnored;
  sigaction(SIGINT, &action, &previous_int);
  sigaction(SIGTERM, &action, &previous_term);
}

InterruptGuard::~InterruptGuard() {
  if (--num_guards > 0) return;
  sigaction(SIGINT, &previous_int, nullptr);
  sigaction(SIGTERM, &previous_term, nullptr);
}

int pending_interrupt() { return pending; }

}  // namespace hone
