// Reads a text byte by byte and says which bytes may follow. The states are made when they are first reached: each is
// the set of places in the network where the text so far may end, with the calls that are open there.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "grammar/network.h"

namespace hone::grammar {

class Automaton {
 public:
  using State = int32_t;
  static constexpr State kDead = -1;  // no text with this beginning fits

  // Errors: those of make_network().
  explicit Automaton(const Grammar& grammar);

  State begin() const { return begin_; }
  // Errors: kInput for a rule that calls itself before any byte, and kUnsupported for too many states.
  State next(State state, uint8_t byte);
  // Returns whether the text so far fits as it is.
  bool accepts(State state) const { return states_[index(state)].shortest == 0; }
  // Returns whether it fits and nothing may follow.
  bool is_complete(State state) const { return accepts(state) && states_[index(state)].places.empty(); }
  // Returns the fewest bytes that make the text fit.
  int64_t shortest(State state) const { return states_[index(state)].shortest; }

 private:
  using FrameId = uint32_t;  // 0: no call is open

  struct Frame {
    NodeId return_to = 0;
    FrameId caller = 0;
    int64_t shortest = 0;  // the fewest bytes from the end of the called rule to the end of the text
  };

  struct Place {
    NodeId node = 0;
    FrameId frame = 0;
    auto operator<=>(const Place&) const = default;
  };

  struct StateData {
    std::vector<Place> places;  // those with edges of bytes, in order
    int64_t shortest = kNoEnd;
    std::array<State, 256> next;
  };

  static size_t index(State state) { return static_cast<size_t>(state); }
  FrameId frame_of(NodeId return_to, FrameId caller);
  // Follows jumps, calls and returns.
  State state_of(std::vector<Place> places);

  Network network_;
  std::vector<Frame> frames_;
  std::map<std::pair<NodeId, FrameId>, FrameId> frame_ids_;
  std::vector<StateData> states_;
  std::map<std::pair<std::vector<Place>, bool>, State> state_ids_;  // the flag: whether the text fits
  State begin_ = kDead;
};

}  // namespace hone::grammar
