// All ways to divide a word into tokens of a Unigram model that is being trained, as the lattice of tokenizers
// (models/unigram/lattice.rs): a character without a token of its own may be the unknown token.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "text/token_trie.h"
#include "text/unigram.h"

namespace hone::text {

// The tokens of a step of the training. The first one is the unknown token, which never matches.
class UnigramCandidates {
 public:
  // The tokens must outlive this object.
  explicit UnigramCandidates(std::span<const ScoredToken> tokens);

  double score(int32_t id) const { return id == 0 ? unknown_score_ : tokens_[static_cast<size_t>(id)].second; }
  double min_score() const { return min_score_; }
  std::span<const ScoredToken> tokens() const { return tokens_; }
  const TokenTrie& trie() const { return trie_; }

 private:
  std::span<const ScoredToken> tokens_;
  TokenTrie trie_;
  double min_score_ = 0, unknown_score_ = 0;
};

class UnigramLattice {
 public:
  explicit UnigramLattice(const UnigramCandidates& candidates) : candidates_(candidates) {}

  // Takes another word. The time of all methods grows with the number of tokens that occur in it.
  void set_word(std::string_view word);

  // Calls use(id, probability) for each occurrence of a token in the word: the probability that a division, drawn by
  // the model, contains it.
  template <typename Use>
  void each_marginal(const Use& use) {
    compute_sums();
    const double all = forward_[length_];
    for (const Node& node : nodes_) {
      use(node.id, std::exp(forward_[node.begin] + node.score + backward_[node.end] - all));
    }
  }

  // Returns the ids of the best division.
  std::span<const int32_t> best();

  // The ids of the best division and of the second best, which is empty if there is only one.
  struct Two {
    std::vector<int32_t> first, second;
  };
  Two best_two();

 private:
  struct Node {
    uint32_t begin, end;  // bytes
    int32_t id;
    double score;
  };
  // The end of a division of the word up to a place.
  struct Way {
    double score = 0;
    int32_t node = -1;  // the last token
    uint8_t rank = 0;   // of the way to the beginning of that token
  };

  void compute_sums();
  std::vector<int32_t> ids_of(const std::vector<std::vector<Way>>& ways, size_t rank) const;

  const UnigramCandidates& candidates_;
  size_t length_ = 0;
  std::vector<Node> nodes_;  // by begin, then by end
  std::vector<double> forward_, backward_, largest_, best_score_;
  std::vector<int32_t> last_node_, ids_;
};

}  // namespace hone::text
