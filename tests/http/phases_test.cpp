#include "http/phases.h"

#include <doctest/doctest.h>

#include <vector>

namespace phases_test {

using namespace hone::http;
using std::chrono::milliseconds;

struct Item : Phased {};

const Clock::time_point kStart{};
constexpr milliseconds kGrace{500};

TEST_CASE("the oldest item of a phase is the one that entered it first") {
  PhaseList list;
  Item a, b;
  list.add(a, kStart);
  list.add(b, kStart + milliseconds(1));
  CHECK(list.size() == 2);
  CHECK(list.oldest(Phase::kWaiting) == &a);
  list.move(a, Phase::kReceiving, kStart + milliseconds(2));
  CHECK(list.oldest(Phase::kWaiting) == &b);
  CHECK(list.oldest(Phase::kReceiving) == &a);
  CHECK(a.since() == kStart + milliseconds(2));
  list.move(a, Phase::kWaiting, kStart + milliseconds(3));
  CHECK(list.oldest(Phase::kWaiting) == &b);
  list.remove(b);
  CHECK(list.oldest(Phase::kWaiting) == &a);
  list.remove(a);
  CHECK(list.oldest(Phase::kWaiting) == nullptr);
  CHECK(list.size() == 0);
}

TEST_CASE("a new connection evicts the slowest one, never one whose request is being handled") {
  PhaseList list;
  Item answering, waiting, slow, quick, reader, closing;
  const auto now = kStart + milliseconds(1000);
  const auto enter = [&](Item& item, Phase phase, milliseconds at) {
    list.add(item, kStart);
    list.move(item, phase, kStart + at);
  };
  enter(answering, Phase::kHandling, milliseconds(0));
  CHECK(list.to_evict(now, kGrace) == nullptr);
  enter(quick, Phase::kReceiving, milliseconds(900));
  CHECK(list.to_evict(now, kGrace) == nullptr);
  enter(reader, Phase::kWriting, milliseconds(100));
  CHECK(list.to_evict(now, kGrace) == &reader);
  enter(waiting, Phase::kWaiting, milliseconds(990));
  CHECK(list.to_evict(now, kGrace) == &waiting);
  list.remove(quick);
  enter(slow, Phase::kReceiving, milliseconds(400));
  CHECK(list.to_evict(now, kGrace) == &slow);
  enter(closing, Phase::kClosing, milliseconds(999));
  CHECK(list.to_evict(now, kGrace) == &closing);
}

TEST_CASE("for_each visits each item of a phase once, also if it removes the item") {
  PhaseList list;
  Item a, b, c;
  for (Item* item : {&a, &b, &c}) list.add(*item, kStart);
  list.move(c, Phase::kHandling, kStart);
  std::vector<Phased*> seen;
  list.for_each(Phase::kWaiting, [&](Phased& item) {
    seen.push_back(&item);
    list.remove(item);
  });
  CHECK(seen == std::vector<Phased*>{&a, &b});
  CHECK(list.size() == 1);
}

}  // namespace phases_test
