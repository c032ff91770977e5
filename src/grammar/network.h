// A grammar as nodes with edges of bytes. An edge may also call a rule: the way goes through the rule's nodes and then
// on behind the call.
#pragma once

#include <cstdint>
#include <vector>

#include "grammar/expression.h"

namespace hone::grammar {

using NodeId = uint32_t;

// No text leads to the end.
inline constexpr int64_t kNoEnd = INT64_MAX / 4;

struct ByteEdge {
  ByteRange bytes;
  NodeId to = 0;
};

struct CallEdge {
  NodeId begin = 0;      // of the rule
  NodeId return_to = 0;  // behind the call
};

struct NetworkNode {
  std::vector<ByteEdge> bytes;
  std::vector<NodeId> jumps;  // without a byte
  std::vector<CallEdge> calls;
  bool is_end = false;        // of its rule
  int64_t shortest = kNoEnd;  // the fewest bytes from here to the end of its rule
};

struct Network {
  std::vector<NetworkNode> nodes;
  NodeId begin = 0;
  std::string source;
};

// Errors: kUnsupported for a grammar that needs too many nodes; kInput for one that no text fits.
Network make_network(const Grammar& grammar);

}  // namespace hone::grammar
