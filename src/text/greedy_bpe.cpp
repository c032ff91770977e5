// The tokens form a trie whose edges are in one hash table; a table of all two bytes begins each walk.
#include "text/greedy_bpe.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <string>

#include "base/error.h"

namespace hone::text {

namespace {

// Positions of a text that lead nowhere. A short text needs no memory.
class DeadPositions {
 public:
  explicit DeadPositions(size_t size) : is_small_(size < 64) {}

  bool contains(size_t position) const {
    return is_small_ ? (bits_ >> position & 1) != 0 : !more_.empty() && more_[position];
  }
  void add(size_t position, size_t size) {
    if (is_small_) {
      bits_ |= uint64_t{1} << position;
    } else {
      more_.resize(size);
      more_[position] = true;
    }
  }

 private:
  bool is_small_;
  uint64_t bits_ = 0;
  std::vector<bool> more_;
};

std::atomic<uint32_t> last_owner{0};

}  // namespace

GreedyBpe::GreedyBpe(TokenPairs pairs) : pairs_(std::move(pairs)), owner_(++last_owner) {}

std::optional<GreedyBpe> GreedyBpe::make(const MergeTable& merges, const std::vector<Unit>& units, size_t num_ids) {
  std::vector<int32_t> unit_ids;
  for (const auto& [bytes, id] : units) unit_ids.push_back(id);
  std::optional<TokenPairs> pairs = TokenPairs::make(merges, unit_ids, num_ids);
  if (!pairs) return std::nullopt;
  GreedyBpe result(std::move(*pairs));
  if (!result.add_tokens(units, num_ids)) return std::nullopt;
  return result;
}

// Returns false if the trie would be too large.
bool GreedyBpe::add_tokens(const std::vector<Unit>& units, size_t num_ids) {
  std::vector<std::string> texts(num_ids);
  byte_ids_.fill(-1);
  for (const auto& [bytes, id] : units) {
    texts[static_cast<size_t>(id)] = bytes;
    if (bytes.size() == 1) byte_ids_[static_cast<unsigned char>(bytes[0])] = id;
  }
  std::vector<std::pair<uint32_t, int32_t>> by_order;
  for (size_t id = 0; id < num_ids; ++id) {
    if (pairs_.is_used(static_cast<int32_t>(id)))
      by_order.emplace_back(pairs_.origin(static_cast<int32_t>(id)).order, id);
  }
  std::sort(by_order.begin(), by_order.end());
  tokens_.resize(num_ids);
  node_ids_ = {-1};
  grow_children();
  for (const auto& [order, id] : by_order) {
    const TokenPairs::Origin& origin = pairs_.origin(id);
    std::string& text = texts[static_cast<size_t>(id)];
    if (order != TokenPairs::Origin::kUnit) {
      text = texts[static_cast<size_t>(origin.left)] + texts[static_cast<size_t>(origin.right)];
    }
    Node node = kRoot;
    for (char c : text) node = add_child(node, static_cast<unsigned char>(c));
    if (node_ids_.size() > kMaxNodes) return false;
    node_ids_[node] = id;
    tokens_[static_cast<size_t>(id)].length = static_cast<uint32_t>(text.size());
  }
  for (const auto& [order, id] : by_order) {
    const std::string& text = texts[static_cast<size_t>(id)];
    Node node = kRoot;
    for (size_t i = 0; i + 1 < text.size(); ++i) {
      node = child(node, static_cast<unsigned char>(text[i]));
      if (node_ids_[node] >= 0) tokens_[static_cast<size_t>(id)].shorter = node_ids_[node];
    }
  }
  first_nodes_.resize(size_t{256} * 256);
  for (size_t i = 0; i < first_nodes_.size(); ++i) {
    const Node first = child(kRoot, static_cast<unsigned char>(i >> 8));
    first_nodes_[i] = first == kNoNode ? kNoNode : child(first, static_cast<unsigned char>(i & 0xFF));
  }
  return true;
}

GreedyBpe::Child& GreedyBpe::slot(std::vector<Child>& children, uint32_t key) const {
  size_t index = (key * 0x9E3779B97F4A7C15u) >> shift_;
  while (children[index].key != key && children[index].key != kNoKey) index = (index + 1) & (children.size() - 1);
  return children[index];
}

// Makes room for twice the nodes.
void GreedyBpe::grow_children() {
  std::vector<Child> larger(std::max<size_t>(1024, 2 * children_.size()));
  shift_ = 64 - std::countr_zero(larger.size());
  for (const Child& old : children_) {
    if (old.key != kNoKey) slot(larger, old.key) = old;
  }
  children_ = std::move(larger);
}

GreedyBpe::Node GreedyBpe::add_child(Node parent, unsigned char byte) {
  if (2 * node_ids_.size() >= children_.size()) grow_children();
  Child& found = slot(children_, parent << 8 | byte);
  if (found.key == kNoKey) {
    found = {parent << 8 | byte, static_cast<Node>(node_ids_.size())};
    node_ids_.push_back(-1);
  }
  return found.node;
}

GreedyBpe::Node GreedyBpe::child(Node parent, unsigned char byte) const {
  const uint32_t key = parent << 8 | byte;
  size_t index = (key * 0x9E3779B97F4A7C15u) >> shift_;
  while (true) {
    const Child& found = children_[index];
    if (found.key == key) return found.node;
    if (found.key == kNoKey) return kNoNode;
    index = (index + 1) & (children_.size() - 1);
  }
}

// [begin, end) is not empty.
GreedyBpe::Longest GreedyBpe::longest(const char* begin, const char* end) const {
  int32_t id = byte_ids_[static_cast<unsigned char>(*begin)];
  if (end - begin < 2) return {begin, 0, id};
  Node node = first_nodes_[static_cast<size_t>(static_cast<unsigned char>(begin[0])) << 8 |
                           static_cast<unsigned char>(begin[1])];
  const char* p = begin + 2;
  while (node != kNoNode) {
    if (node_ids_[node] >= 0) id = node_ids_[node];
    if (p == end) return {begin, 0, id};
    node = child(node, static_cast<unsigned char>(*p++));
  }
  return {begin, static_cast<size_t>(p - begin), id};
}

// Returns the longest of `token` and the shorter ones that may follow `last`, or -1. A run of one character has many
// tokens to try at each place, always the same.
int32_t GreedyBpe::longest_after(int32_t last, int32_t token) const {
  constexpr int kBits = 12;
  thread_local std::array<Choice, size_t{1} << kBits> choices;
  const uint64_t key = uint64_t{static_cast<uint32_t>(last)} << 32 | static_cast<uint32_t>(token);
  Choice& choice = choices[(key ^ key >> 29) * 0x9E3779B97F4A7C15u >> (64 - kBits)];
  if (choice.last == last && choice.longest == token && choice.owner == owner_) return choice.chosen;
  int32_t chosen = token;
  while (chosen >= 0 && !pairs_.may_follow(last, chosen)) chosen = tokens_[static_cast<size_t>(chosen)].shorter;
  choice = {owner_, last, token, chosen};
  return chosen;
}

void GreedyBpe::encode(std::string_view bytes, std::vector<int32_t>& ids) const {
  if (bytes.empty()) return;
  const char *const begin = bytes.data(), *const end = begin + bytes.size();
  const size_t first = ids.size();
  DeadPositions dead(bytes.size());
  const char* p = begin;
  Longest found;
  // In a run of one character, the bytes are those of the place before.
  const auto longest_at = [&](const char* place) {
    const bool is_same = found.num_read > 0 && static_cast<size_t>(end - place) >= found.num_read &&
                         std::memcmp(place, found.begin, found.num_read) == 0;
    if (!is_same) found = longest(place, end);
    return found.id;
  };
  int32_t token = longest_at(p);
  while (true) {
    // The token that stands at `p`, or -1.
    if (token >= 0 && ids.size() > first) token = longest_after(ids.back(), token);
    if (token >= 0) {
      const char* const after = p + tokens_[static_cast<size_t>(token)].length;
      if (dead.contains(static_cast<size_t>(after - begin))) {
        token = tokens_[static_cast<size_t>(token)].shorter;
        continue;
      }
      ids.push_back(token);
      p = after;
      if (p == end) return;
      token = longest_at(p);
      continue;
    }
    check_internal(ids.size() > first, "no tokens fit a text");
    dead.add(static_cast<size_t>(p - begin), bytes.size() + 1);
    const Token& last = tokens_[static_cast<size_t>(ids.back())];
    p -= last.length;
    token = last.shorter;
    ids.pop_back();
  }
}

}  // namespace hone::text
