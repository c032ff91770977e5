// A trie of the bytes of tokens. One walk finds the longest token at the start of a text. The children of a node are
// adjacent in memory.
#pragma once

#include <cstdint>
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

 private:
  Node child(Node node, unsigned char label) const;

  std::vector<uint32_t> first_child_;  // children of n: first_child_[n] up to first_child_[n + 1]
  std::vector<unsigned char> label_;
  std::vector<int32_t> id_;  // -1: no token ends here
};

}  // namespace hone::text
