#include "grammar/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"

namespace hone::grammar {

namespace {

constexpr size_t kMaxNodes = 1 << 20;
constexpr size_t kMaxInlineRanges = 16;  // a larger set of characters becomes a rule, so that repetitions share it

class Builder {
 public:
  explicit Builder(const Grammar& grammar) : grammar_(grammar) { network_.source = grammar.source; }

  Network build() {
    for (size_t i = 0; i < grammar_.rules.size(); ++i) begins_.push_back(new_node());
    for (size_t i = 0; i < grammar_.rules.size(); ++i) {
      network_.nodes[add(*grammar_.rules[i], begins_[i])].is_end = true;
    }
    network_.begin = begins_.front();
    measure();
    if (network_.nodes[network_.begin].shortest == kNoEnd) {
      throw Error(ErrorKind::kInput, fmt::format("{}: no finite text fits", grammar_.source));
    }
    return std::move(network_);
  }

 private:
  NodeId new_node() {
    if (network_.nodes.size() == kMaxNodes) {
      throw Error(ErrorKind::kUnsupported, fmt::format("{}: it needs more than {} states", grammar_.source, kMaxNodes),
                  "use smaller bounds of repetitions and lengths");
    }
    network_.nodes.emplace_back();
    return static_cast<NodeId>(network_.nodes.size() - 1);
  }

  NetworkNode& node(NodeId id) { return network_.nodes[id]; }

  // Adds the way of an expression from a node; returns the node behind it.
  NodeId add(const Expression& expression, NodeId from) {
    using Kind = Expression::Kind;
    switch (expression.kind) {
      case Kind::kText:
        return add_text(expression.text, from);
      case Kind::kCharacters:
        return add_characters(expression.characters, from);
      case Kind::kSequence:
        for (const Expr& part : expression.parts) from = add(*part, from);
        return from;
      case Kind::kChoice:
        return add_choice(expression.parts, from);
      case Kind::kRepeat:
        return add_repeated(expression, from);
      case Kind::kRule:
        return add_call(begins_.at(expression.rule), from);
    }
    return from;
  }

  NodeId add_range(ByteRange bytes, NodeId from) {
    const NodeId to = new_node();
    node(from).bytes.push_back({bytes, to});
    return to;
  }

  NodeId add_text(const std::string& text, NodeId from) {
    for (const char c : text) from = add_range({static_cast<uint8_t>(c), static_cast<uint8_t>(c)}, from);
    return from;
  }

  NodeId add_call(NodeId begin, NodeId from) {
    const NodeId to = new_node();
    node(from).calls.push_back({begin, to});
    return to;
  }

  NodeId add_characters(const text::CodePointSet& characters, NodeId from) {
    if (characters.size() <= kMaxInlineRanges) return add_ranges(characters, from);
    std::vector<std::pair<char32_t, char32_t>> key;
    for (const auto& range : characters) key.emplace_back(range.first, range.last);
    auto found = sets_.find(key);
    if (found == sets_.end()) {
      const NodeId begin = new_node();
      node(add_ranges(characters, begin)).is_end = true;
      found = sets_.emplace(std::move(key), begin).first;
    }
    return add_call(found->second, from);
  }

  NodeId add_ranges(const text::CodePointSet& characters, NodeId from) {
    const NodeId to = new_node();
    for (const auto& range : characters) {
      for_each_utf8_range(range.first, range.last, [&](const std::vector<ByteRange>& bytes) {
        NodeId at = from;
        for (size_t i = 0; i + 1 < bytes.size(); ++i) at = add_range(bytes[i], at);
        node(at).bytes.push_back({bytes.back(), to});
      });
    }
    return to;
  }

  NodeId add_choice(const std::vector<Expr>& parts, NodeId from) {
    const NodeId to = new_node();
    for (const Expr& part : parts) {
      const NodeId begin = new_node();
      node(from).jumps.push_back(begin);
      const NodeId end = add(*part, begin);
      node(end).jumps.push_back(to);
    }
    return to;
  }

  NodeId add_repeated(const Expression& repeat, NodeId from) {
    const Expression& part = *repeat.parts.front();
    for (uint32_t i = 0; i < repeat.least; ++i) from = add(part, from);
    const NodeId to = new_node();
    if (repeat.most == kNoLimit) {
      const NodeId again = new_node();
      node(from).jumps.push_back(again);
      node(again).jumps.push_back(to);
      const NodeId end = add(part, again);
      node(end).jumps.push_back(again);
      return to;
    }
    for (uint32_t i = repeat.least; i < repeat.most; ++i) {
      node(from).jumps.push_back(to);
      from = add(part, from);
    }
    node(from).jumps.push_back(to);
    return to;
  }

  int64_t shortest_from(const NetworkNode& from) const {
    int64_t shortest = from.is_end ? 0 : kNoEnd;
    const auto& nodes = network_.nodes;
    for (const ByteEdge& edge : from.bytes) shortest = std::min(shortest, 1 + nodes[edge.to].shortest);
    for (const NodeId to : from.jumps) shortest = std::min(shortest, nodes[to].shortest);
    for (const CallEdge& call : from.calls) {
      shortest = std::min(shortest, nodes[call.begin].shortest + nodes[call.return_to].shortest);
    }
    return std::min(shortest, kNoEnd);
  }

  // Bellman and Ford's relaxation. Most edges lead to later nodes, so a few passes from the last node to the first do.
  void measure() {
    for (bool has_changed = true; has_changed;) {
      has_changed = false;
      for (auto at = network_.nodes.rbegin(); at != network_.nodes.rend(); ++at) {
        const int64_t shortest = shortest_from(*at);
        has_changed = has_changed || shortest < at->shortest;
        at->shortest = shortest;
      }
    }
  }

  const Grammar& grammar_;
  Network network_;
  std::vector<NodeId> begins_;  // of the rules
  std::map<std::vector<std::pair<char32_t, char32_t>>, NodeId> sets_;
};

}  // namespace

Network make_network(const Grammar& grammar) {
  check_internal(!grammar.rules.empty(), "a grammar has a first rule");
  return Builder(grammar).build();
}

}  // namespace hone::grammar
