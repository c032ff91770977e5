// A trie of the bytes of tokens. One walk finds the longest token at the start of a text. The children of a node are
// adjacent in memory.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace hone::text {

class TokenTrie {
 public:
  using Node = uint32_t;
  static constexpr Node kNone = UINT32_MAX;
  static constexpr Node kRoot = 0;

  struct Match {
    int32_t id = -1;
    size_t length = 0;  // bytes; 0: no match
  };

  // If a token occurs twice, its later id is used.
  explicit TokenTrie(std::vector<std::pair<std::string_view, int32_t>> tokens);

  // Returns the node reached from `node` by `bytes`, or kNone.
  Node walk(Node node, std::string_view bytes) const;

  std::optional<int32_t> find(std::string_view token) const;

  // Returns the longest non-empty token on the path from `node` along `text`.
  Match longest(Node node, std::string_view text) const;

  // Calls f(id, length in bytes) for each token at the start of `text`, the shortest first.
  template <typename F>
  void each_prefix(std::string_view text, F f) const {
    Node node = kRoot;
    for (size_t i = 0; i < text.size(); ++i) {
      node = child(node, static_cast<unsigned char>(text[i]));
      if (node == kNone) return;
      if (id_[node] >= 0) f(id_[node], i + 1);
    }
  }

 private:
  Node child(Node node, unsigned char label) const {
    const uint32_t begin = first_child_[node], end = first_child_[node + 1];
    const void* found = begin == end ? nullptr : std::memchr(label_.data() + begin, label, end - begin);
    if (found == nullptr) return kNone;
    return static_cast<Node>(static_cast<const unsigned char*>(found) - label_.data());
  }

  std::vector<uint32_t> first_child_;  // children of n: first_child_[n] up to first_child_[n + 1]
  std::vector<unsigned char> label_;
  std::vector<int32_t> id_;  // -1: no token ends here
};

}  // namespace hone::text
