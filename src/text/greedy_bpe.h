// Encodes a text as byte-pair encoding would, in linear time and without merging: takes the longest token that may
// follow the one before it, and goes back where no token fits. The tokens of each prefix of a text are unique, so a
// position that was left once need not be visited again.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/token_pairs.h"

namespace hone::text {

class GreedyBpe {
 public:
  // What merging begins with: a byte or a character, and its token.
  using Unit = std::pair<std::string, int32_t>;

  // No unit may begin with another one. `merges` must outlive the object. Returns nullopt as TokenPairs::make.
  static std::optional<GreedyBpe> make(const MergeTable& merges, const std::vector<Unit>& units, size_t num_ids);

  // Appends the ids of `bytes`, which consist of units.
  void encode(std::string_view bytes, std::vector<int32_t>& ids) const;

  // Returns true if the bytes of the token become this token.
  bool is_used(int32_t id) const { return pairs_.is_used(id); }

 private:
  using Node = uint32_t;
  struct Child {
    uint32_t key = kNoKey;  // parent << 8 | byte
    Node node = 0;
  };
  static constexpr uint32_t kNoKey = UINT32_MAX;
  static constexpr Node kRoot = 0, kNoNode = UINT32_MAX;
  static constexpr size_t kMaxNodes = size_t{1} << 24;

  // What the search needs to know of a token.
  struct Token {
    uint32_t length = 0;
    int32_t shorter = -1;  // the longest other token that it begins with
  };

  // Of the tokens at a place, the longest that may follow the token before it. Each thread has a table of these.
  struct Choice {
    uint32_t owner = 0;
    int32_t last = -1, longest = -1;
    int32_t chosen = -1;  // -1: none may follow
  };

  explicit GreedyBpe(TokenPairs pairs);

  bool add_tokens(const std::vector<Unit>& units, size_t num_ids);
  void grow_children();
  Node add_child(Node parent, unsigned char byte);
  Child& slot(std::vector<Child>& children, uint32_t key) const;
  Node child(Node parent, unsigned char byte) const;
  // The longest token at a place, and the bytes that tell so; 0 if the end of the text tells it.
  struct Longest {
    const char* begin = nullptr;
    size_t num_read = 0;
    int32_t id = -1;
  };

  Longest longest(const char* begin, const char* end) const;
  int32_t longest_after(int32_t last, int32_t token) const;

  TokenPairs pairs_;
  std::vector<Token> tokens_;            // by id
  std::vector<Child> children_;          // a hash table with open addressing
  std::vector<int32_t> node_ids_;        // by node; -1: no token ends here
  std::vector<Node> first_nodes_;        // of each two bytes, [256 * 256]; kNoNode if no token begins with them
  std::array<int32_t, 256> byte_ids_{};  // of the units of one byte; -1: none
  int shift_ = 0;
  uint32_t owner_;  // marks this object's entries in the threads' tables
};

}  // namespace hone::text
