// Which connection has been in its phase longest. Each phase has one time limit, so the oldest of a phase is the first
// to run out of time: one look at five fronts replaces a timer for each connection.
#pragma once

#include <array>
#include <chrono>
#include <list>

namespace hone::http {

using Clock = std::chrono::steady_clock;

enum class Phase {
  kWaiting,    // no byte of a request has come
  kReceiving,  // a part of a request
  kAnswering,  // a handler has it
  kWriting,    // the answer is being sent
  kClosing,    // all is said; the client has to close
};
inline constexpr size_t kNumPhases = 5;

class PhaseList;

// What is in a PhaseList, at most one at a time.
class Phased {
 public:
  virtual ~Phased() = default;
  Phase phase() const { return phase_; }
  Clock::time_point since() const { return since_; }

 private:
  friend class PhaseList;
  Phase phase_ = Phase::kWaiting;
  Clock::time_point since_{};
  std::list<Phased*>::iterator place_{};
};

class PhaseList {
 public:
  void add(Phased& item, Clock::time_point now);
  void move(Phased& item, Phase phase, Clock::time_point now);
  void remove(Phased& item);

  // Null where there is none.
  Phased* oldest(Phase phase) const;
  size_t size() const { return size_; }

  // Calls with each item of the phase, oldest first; the one that it is called with may leave the phase or the list.
  template <typename Function>
  void for_each(Phase phase, Function function) {
    auto& items = list(phase);
    for (auto next = items.begin(); next != items.end();) function(**next++);
  }

  // Whom to drop so that a new connection gets in: the slowest sender, if it has been at it for `grace`; else the one
  // that waits longest; else the slowest reader after `grace`. Null where all have a request under way.
  Phased* to_evict(Clock::time_point now, Clock::duration grace) const;

 private:
  std::list<Phased*>& list(Phase phase) { return lists_[static_cast<size_t>(phase)]; }

  std::array<std::list<Phased*>, kNumPhases> lists_;
  size_t size_ = 0;
};

}  // namespace hone::http
