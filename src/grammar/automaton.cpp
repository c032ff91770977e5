#include "grammar/automaton.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"

namespace hone::grammar {

namespace {

constexpr Automaton::State kUnknown = -2;
constexpr size_t kMaxPlaces = 1 << 14;  // of one state
constexpr size_t kMaxStates = 1 << 17;
constexpr size_t kMaxFrames = 1 << 20;

}  // namespace

Automaton::Automaton(const Grammar& grammar) : network_(make_network(grammar)) {
  frames_.emplace_back();
  begin_ = state_of({{network_.begin, 0}});
}

Automaton::FrameId Automaton::frame_of(NodeId return_to, FrameId caller) {
  const auto [found, is_new] = frame_ids_.emplace(std::pair(return_to, caller), static_cast<FrameId>(frames_.size()));
  if (!is_new) return found->second;
  if (frames_.size() == kMaxFrames) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: the text nests too deeply", network_.source));
  }
  const int64_t shortest = network_.nodes[return_to].shortest + frames_[caller].shortest;
  frames_.push_back({return_to, caller, std::min(shortest, kNoEnd)});
  return found->second;
}

Automaton::State Automaton::state_of(std::vector<Place> places) {
  std::set<Place> seen(places.begin(), places.end());
  places.assign(seen.begin(), seen.end());
  const auto reach = [&](const Place& place) {
    if (seen.insert(place).second) places.push_back(place);
    if (places.size() <= kMaxPlaces) return;
    throw Error(
        ErrorKind::kInput,
        fmt::format("{}: a rule contains itself before any text, or too many readings are open", network_.source));
  };
  StateData data;
  for (size_t i = 0; i < places.size(); ++i) {
    const auto [node_id, frame] = places[i];
    const NetworkNode& node = network_.nodes[node_id];
    data.shortest = std::min(data.shortest, node.shortest + frames_[frame].shortest);
    if (!node.bytes.empty()) data.places.push_back(places[i]);
    if (node.is_end && frame != 0) reach({frames_[frame].return_to, frames_[frame].caller});
    for (const NodeId to : node.jumps) reach({to, frame});
    for (const CallEdge& call : node.calls) reach({call.begin, frame_of(call.return_to, frame)});
  }
  if (data.shortest >= kNoEnd) return kDead;
  std::ranges::sort(data.places);
  const auto [found, is_new] =
      state_ids_.emplace(std::pair(data.places, data.shortest == 0), static_cast<State>(states_.size()));
  if (!is_new) return found->second;
  if (states_.size() == kMaxStates) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: the text needs more than {} states", network_.source, kMaxStates),
                "use smaller bounds of repetitions and lengths");
  }
  data.next.fill(kUnknown);
  states_.push_back(std::move(data));
  return found->second;
}

Automaton::State Automaton::next(State state, uint8_t byte) {
  const State known = states_[index(state)].next[byte];
  if (known != kUnknown) return known;
  std::vector<Place> places;
  for (const auto& [node, frame] : states_[index(state)].places) {
    for (const ByteEdge& edge : network_.nodes[node].bytes) {
      if (byte >= edge.bytes.low && byte <= edge.bytes.high) places.push_back({edge.to, frame});
    }
  }
  const State to = places.empty() ? kDead : state_of(std::move(places));
  return states_[index(state)].next[byte] = to;
}

}  // namespace hone::grammar
