// The trie is built breadth first from the sorted tokens, so that the children of a node have consecutive numbers.
#include "text/token_trie.h"

#include <algorithm>

#include "base/error.h"

namespace hone::text {

namespace {

// The tokens [begin, end) share their first `depth` bytes, so they are below one node.
struct Group {
  size_t begin, end, depth;
};

}  // namespace

TokenTrie::TokenTrie(std::vector<std::pair<std::string_view, int32_t>> tokens) {
  std::stable_sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Group> groups{{0, tokens.size(), 0}};
  label_.push_back(0);
  for (size_t node = 0; node < groups.size(); ++node) {
    auto [begin, end, depth] = groups[node];
    id_.push_back(-1);
    for (; begin < end && tokens[begin].first.size() == depth; ++begin) id_.back() = tokens[begin].second;
    if (groups.size() >= kNone) throw Error(ErrorKind::kInput, "the vocabulary is too large");
    first_child_.push_back(static_cast<uint32_t>(groups.size()));
    while (begin < end) {
      const char label = tokens[begin].first[depth];
      size_t next = begin + 1;
      while (next < end && tokens[next].first[depth] == label) ++next;
      groups.push_back({begin, next, depth + 1});
      label_.push_back(static_cast<unsigned char>(label));
      begin = next;
    }
  }
  first_child_.push_back(static_cast<uint32_t>(groups.size()));
}

TokenTrie::Node TokenTrie::walk(Node node, std::string_view bytes) const {
  for (size_t i = 0; i < bytes.size() && node != kNone; ++i) node = child(node, static_cast<unsigned char>(bytes[i]));
  return node;
}

std::optional<int32_t> TokenTrie::find(std::string_view token) const {
  const Node node = walk(kRoot, token);
  if (node == kNone || id_[node] < 0) return std::nullopt;
  return id_[node];
}

TokenTrie::Match TokenTrie::longest(Node node, std::string_view text) const {
  Match match;
  if (node == kNone) return match;
  for (size_t i = 0; i < text.size(); ++i) {
    node = child(node, static_cast<unsigned char>(text[i]));
    if (node == kNone) break;
    if (id_[node] >= 0) match = {id_[node], i + 1};
  }
  return match;
}

}  // namespace hone::text
