#include "text/unigram_lattice.h"

#include <algorithm>
#include <limits>

#include "base/utf8.h"

namespace hone::text {

namespace {

constexpr double kUnknownCost = 10;
constexpr double kImpossible = -std::numeric_limits<double>::infinity();

std::vector<std::pair<std::string_view, int32_t>> without_unknown(std::span<const ScoredToken> tokens) {
  std::vector<std::pair<std::string_view, int32_t>> list;
  list.reserve(tokens.size());
  for (size_t id = 1; id < tokens.size(); ++id) list.emplace_back(tokens[id].first, static_cast<int32_t>(id));
  return list;
}

// Adds exp(term) to a sum that is kept as sum * exp(largest).
void add_exponential(double term, double& largest, double& sum) {
  if (term > largest) {
    sum = sum * std::exp(largest - term) + 1;
    largest = term;
  } else {
    sum += std::exp(term - largest);
  }
}

}  // namespace

UnigramCandidates::UnigramCandidates(std::span<const ScoredToken> tokens)
    : tokens_(tokens), trie_(without_unknown(tokens)), min_score_(std::numeric_limits<double>::infinity()) {
  for (size_t id = 1; id < tokens.size(); ++id) min_score_ = std::min(min_score_, tokens[id].second);
  unknown_score_ = min_score_ - kUnknownCost;
}

void UnigramLattice::set_word(std::string_view word) {
  length_ = word.size();
  nodes_.clear();
  for (size_t begin = 0; begin < word.size();) {
    const auto from = static_cast<uint32_t>(begin);
    const char* p = word.data() + begin;
    next_code_point(p);
    const auto next = static_cast<uint32_t>(p - word.data());
    bool has_single = false;
    candidates_.trie().each_prefix(word.substr(begin), [&](int32_t id, size_t length) {
      const auto end = static_cast<uint32_t>(begin + length);
      nodes_.push_back({from, end, id, candidates_.score(id)});
      has_single = has_single || end == next;
    });
    if (!has_single) nodes_.push_back({from, next, 0, candidates_.score(0)});
    begin = next;
  }
}

void UnigramLattice::compute_sums() {
  forward_.assign(length_ + 1, 0);
  backward_.assign(length_ + 1, 0);
  largest_.assign(length_ + 1, kImpossible);
  // forward_ of a place holds a sum until the first token that begins there, then its logarithm.
  const auto settle = [&](std::vector<double>& sums, size_t at) {
    if (largest_[at] == kImpossible) return;
    sums[at] = largest_[at] + std::log(sums[at]);
    largest_[at] = kImpossible;
  };
  for (const Node& node : nodes_) {
    settle(forward_, node.begin);
    add_exponential(forward_[node.begin] + node.score, largest_[node.end], forward_[node.end]);
  }
  settle(forward_, length_);
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
    settle(backward_, node->end);
    add_exponential(backward_[node->end] + node->score, largest_[node->begin], backward_[node->begin]);
  }
  settle(backward_, 0);
}

std::span<const int32_t> UnigramLattice::best() {
  best_score_.assign(length_ + 1, kImpossible);
  last_node_.assign(length_ + 1, -1);
  best_score_[0] = 0;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    const double score = best_score_[node.begin] + node.score;
    if (last_node_[node.end] >= 0 && score <= best_score_[node.end]) continue;
    best_score_[node.end] = score;
    last_node_[node.end] = static_cast<int32_t>(i);
  }
  ids_.clear();
  for (size_t at = length_; at > 0;) {
    const Node& node = nodes_[static_cast<size_t>(last_node_[at])];
    ids_.push_back(node.id);
    at = node.begin;
  }
  std::reverse(ids_.begin(), ids_.end());
  return ids_;
}

UnigramLattice::Two UnigramLattice::best_two() {
  std::vector<std::vector<Way>> ways(length_ + 1);  // of each place, the best one first
  ways[0].push_back({});
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    for (uint8_t rank = 0; rank < ways[node.begin].size(); ++rank) {
      const Way way{ways[node.begin][rank].score + node.score, static_cast<int32_t>(i), rank};
      std::vector<Way>& known = ways[node.end];
      const auto place =
          std::find_if(known.begin(), known.end(), [&](const Way& other) { return way.score > other.score; });
      known.insert(place, way);
      if (known.size() > 2) known.pop_back();
    }
  }
  Two two{ids_of(ways, 0), {}};
  if (ways[length_].size() > 1) two.second = ids_of(ways, 1);
  return two;
}

std::vector<int32_t> UnigramLattice::ids_of(const std::vector<std::vector<Way>>& ways, size_t rank) const {
  std::vector<int32_t> ids;
  for (size_t at = length_; at > 0;) {
    const Way& way = ways[at][rank];
    const Node& node = nodes_[static_cast<size_t>(way.node)];
    ids.push_back(node.id);
    at = node.begin;
    rank = way.rank;
  }
  std::reverse(ids.begin(), ids.end());
  return ids;
}

}  // namespace hone::text
