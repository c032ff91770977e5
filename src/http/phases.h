// Finds the connection that has been in its phase longest. Each phase has one time limit, so the oldest connection of a
// phase is the first to time out. So the server checks only the front of five lists, and needs no timer for each
// connection.
#pragma once

#include <array>
#include <chrono>
#include <list>

namespace hone::http {

using Clock = std::chrono::steady_clock;

enum class Phase {
  kWaiting,    // no byte of a request has arrived
  kReceiving,  // a part of a request has arrived
  kHandling,   // a handler has the request
  kWriting,    // the response is being sent
  kClosing,    // the response is sent; the server waits for the client to close
};
inline constexpr size_t kNumPhases = 5;

class PhaseList;

// An item of at most one PhaseList.
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

  // Returns the oldest connection in the phase, or null if there is none.
  Phased* oldest(Phase phase) const;
  size_t size() const { return size_; }

  // Calls `function` with each item of the phase, oldest first; which may move or remove that item.
  template <typename Function>
  void for_each(Phase phase, Function function) {
    auto& items = list(phase);
    for (auto next = items.begin(); next != items.end();) function(**next++);
  }

  // Returns the connection to close for a new one: the slowest sender, if it has been sending for `grace`; else the one
  // that has been idle longest; else the slowest reader, if it has been reading for `grace`. Returns null if there is
  // none of these.
  Phased* to_evict(Clock::time_point now, Clock::duration grace) const;

 private:
  std::list<Phased*>& list(Phase phase) { return lists_[static_cast<size_t>(phase)]; }

  std::array<std::list<Phased*>, kNumPhases> lists_;
  size_t size_ = 0;
};

}  // namespace hone::http
