// Each list is in the order in which connections entered the phase.
#include "http/phases.h"

namespace hone::http {

void PhaseList::add(Phased& item, Clock::time_point now) {
  item.phase_ = Phase::kWaiting;
  item.since_ = now;
  auto& waiting = list(Phase::kWaiting);
  item.place_ = waiting.insert(waiting.end(), &item);
  ++size_;
}

void PhaseList::move(Phased& item, Phase phase, Clock::time_point now) {
  auto& to = list(phase);
  to.splice(to.end(), list(item.phase_), item.place_);
  item.phase_ = phase;
  item.since_ = now;
}

void PhaseList::remove(Phased& item) {
  list(item.phase_).erase(item.place_);
  --size_;
}

Phased* PhaseList::oldest(Phase phase) const {
  const auto& items = lists_[static_cast<size_t>(phase)];
  return items.empty() ? nullptr : items.front();
}

Phased* PhaseList::to_evict(Clock::time_point now, Clock::duration grace) const {
  const auto is_slow = [&](const Phased* item) { return item != nullptr && now - item->since() >= grace; };
  if (Phased* closing = oldest(Phase::kClosing)) return closing;
  if (Phased* sender = oldest(Phase::kReceiving); is_slow(sender)) return sender;
  if (Phased* waiting = oldest(Phase::kWaiting)) return waiting;
  Phased* reader = oldest(Phase::kWriting);
  return is_slow(reader) ? reader : nullptr;
}

}  // namespace hone::http
