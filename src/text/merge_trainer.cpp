#include "text/merge_trainer.h"

#include <algorithm>
#include <queue>
#include <unordered_set>

#include "base/progress.h"
#include "text/pair_table.h"
#include "text/training_alphabet.h"

namespace hone::text {

namespace {

// A pair that waits for its merge. BpeTrainer queues a pair again when a merge forms it anew, with only the words of
// that merge; so several candidates may have the same pair.
struct PairCandidate {
  int64_t count;  // when it was queued; the pair may be rarer by now
  uint64_t key;
  uint32_t order;
  size_t pair;
};

uint32_t left_of(uint64_t key) { return static_cast<uint32_t>(key >> 32); }
uint32_t right_of(uint64_t key) { return static_cast<uint32_t>(key); }

struct IsLater {
  bool operator()(const PairCandidate& a, const PairCandidate& b) const {
    if (a.count != b.count) return a.count < b.count;
    return a.key != b.key ? a.key > b.key : a.order > b.order;
  }
};

class MergeTrainer {
 public:
  MergeTrainer(std::span<const WordCount> words, const MergeTrainerSettings& settings)
      : settings_(settings), words_(start_training(words, settings, tokens_)) {}

  TrainedMerges train() {
    count_pairs();
    Progress progress("merging", "token", settings_.vocab_size);
    progress.start_at(tokens_.size());
    while (tokens_.size() < settings_.vocab_size) {
      const std::optional<PairCandidate> next = next_candidate();
      if (!next) break;
      const size_t num_before = tokens_.size();
      merge(*next);
      progress.advance(tokens_.size() - num_before);
    }
    progress.finish();
    std::vector<MergeEntry> merges = entries();
    return {tokens_.take(), std::move(merges)};
  }

 private:
  void count_pairs() {
    for (size_t word = 0; word < words_.size(); ++word) {
      const std::span<const uint32_t> row = words_.row(word);
      for (size_t i = 0; i + 1 < row.size(); ++i) add(row[i], row[i + 1], static_cast<uint32_t>(word));
    }
    for (size_t i = 0; i < pairs_.size(); ++i) queue(i);
  }

  // Counts one more occurrence of a pair in a word.
  void add(uint32_t left, uint32_t right, uint32_t word) {
    const size_t index = pairs_.find(PairTable::key_of(left, right));
    PairTable::Pair& pair = pairs_[index];
    pair.count += words_.counts[word];
    if (!pair.words.empty() && pair.words.back() == word) return;
    if (pair.words.empty()) changed_.push_back(index);
    pair.words.push_back(word);
  }

  void remove(uint32_t left, uint32_t right, uint32_t word) {
    pairs_[pairs_.find(PairTable::key_of(left, right))].count -= words_.counts[word];
  }

  // Queues a pair with the words in which it was formed.
  void queue(size_t index) {
    PairTable::Pair& pair = pairs_[index];
    if (pair.count > 0) {
      const auto order = static_cast<uint32_t>(places_.size());
      queue_.push({pair.count, pair.key, order, index});
      pair.words.shrink_to_fit();
      places_.push_back(std::move(pair.words));
    }
    pair.words = {};
  }

  std::optional<PairCandidate> next_candidate() {
    while (!queue_.empty()) {
      PairCandidate top = queue_.top();
      queue_.pop();
      const int64_t count = pairs_[top.pair].count;
      if (top.count == count) {
        if (count < 1 || static_cast<uint64_t>(count) < settings_.min_frequency) return std::nullopt;
        return top;
      }
      top.count = count;
      queue_.push(top);
    }
    return std::nullopt;
  }

  void merge(const PairCandidate& candidate) {
    const uint32_t left = left_of(candidate.key), right = right_of(candidate.key);
    std::string_view rest = tokens_.text(right);
    if (rest.starts_with(settings_.continuing_prefix)) rest.remove_prefix(settings_.continuing_prefix.size());
    const size_t length = tokens_.length(left) + tokens_.length(right);
    const uint32_t id = tokens_.add(tokens_.text(left) + std::string(rest), static_cast<uint32_t>(length));
    merges_.push_back(candidate.key);
    changed_.clear();
    const std::vector<uint32_t> words = std::move(places_[candidate.order]);
    for (const uint32_t word : words) merge_in(word, left, right, id, length);
    for (const size_t index : changed_) queue(index);
  }

  // Replaces the pair in a word, and counts the pairs that this forms and breaks. The count of the pair itself stays,
  // as in BpeTrainer.
  void merge_in(uint32_t word, uint32_t left, uint32_t right, uint32_t id, size_t length) {
    const std::span<uint32_t> row = words_.row(word);
    size_t to = 0;
    for (size_t from = 0; from < row.size();) {
      if (row[from] != left || from + 1 == row.size() || row[from + 1] != right) {
        row[to++] = row[from++];
        continue;
      }
      if (to > 0) {
        remove(row[to - 1], left, word);
        if (may_merge(row[to - 1], length)) add(row[to - 1], id, word);
      }
      if (from + 2 < row.size()) {
        remove(right, row[from + 2], word);
        if (may_merge(row[from + 2], length)) add(id, row[from + 2], word);
      }
      row[to++] = id;
      from += 2;
    }
    words_.lengths[word] = static_cast<uint32_t>(to);
  }

  bool may_merge(uint32_t neighbour, size_t length) const {
    return !settings_.max_token_length || tokens_.length(neighbour) + length < *settings_.max_token_length;
  }

  // If a pair merged twice, its later place counts, as in the hash map of tokenizers.
  std::vector<MergeEntry> entries() {
    std::vector<MergeEntry> result;
    std::unordered_set<uint64_t> seen;
    for (auto key = merges_.rbegin(); key != merges_.rend(); ++key) {
      if (!seen.insert(*key).second) continue;
      result.push_back({tokens_.text(left_of(*key)), tokens_.text(right_of(*key))});
    }
    std::reverse(result.begin(), result.end());
    return result;
  }

  const MergeTrainerSettings& settings_;
  TrainingTokens tokens_;
  TrainingWords words_;
  PairTable pairs_;
  std::vector<size_t> changed_;  // pairs that the current merge formed
  std::priority_queue<PairCandidate, std::vector<PairCandidate>, IsLater> queue_;
  std::vector<std::vector<uint32_t>> places_;  // by the order of a candidate: its words
  std::vector<uint64_t> merges_;               // keys of the merged pairs
};

}  // namespace

TrainedMerges train_merges(std::span<const WordCount> words, const MergeTrainerSettings& settings) {
  return MergeTrainer(words, settings).train();
}

}  // namespace hone::text
