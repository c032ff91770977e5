#include "text/unigram_trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "text/parallel_tasks.h"
#include "text/repeated_substrings.h"
#include "text/unigram_lattice.h"

namespace hone::text {

namespace {

using UnigramTokens = std::vector<ScoredToken>;

constexpr const char* kTrainingUnknown = "<UNK>";  // the first token during the training
constexpr double kNoScore = std::numeric_limits<double>::quiet_NaN();
constexpr double kMinExpected = 0.5;      // a token that is expected less often is dropped
constexpr double kFixedPoint = 1 << 26;   // steps of 1.5e-8, sums up to 1e11
constexpr double kMinScoreStep = 0.0001;  // between characters that pruning removed
constexpr size_t kWordsPerTask = size_t{1} << 12;

// The derivative of log Gamma; the series of tokenizers.
double digamma(double x) {
  double result = 0;
  for (; x < 7; ++x) result -= 1 / x;
  x -= 0.5;
  const double xx = 1 / x, xx2 = xx * xx, xx4 = xx2 * xx2;
  return result + std::log(x) + (1.0 / 24) * xx2 - 7.0 / 960 * xx4 + (31.0 / 8064) * xx4 * xx2 -
         (127.0 / 30720) * xx4 * xx4;
}

std::map<char32_t, uint64_t> characters_of(std::span<const WordCount> words) {
  std::map<char32_t, uint64_t> counts;
  for (const WordCount& word : words) {
    for (const char *p = word.word.data(), *const end = p + word.word.size(); p < end;)
      counts[next_code_point(p)] += word.count;
  }
  return counts;
}

std::string character_text(char32_t code) {
  std::string text;
  append_utf8(text, code);
  return text;
}

class UnigramTraining {
 public:
  UnigramTraining(std::span<const WordCount> words, const UnigramTrainerSettings& settings)
      : words_(words),
        settings_(settings),
        num_threads_(num_threads_of(settings.num_threads)),
        target_(settings.vocab_size * 11 / 10),
        characters_(characters_of(words)) {
    for (const WordCount& word : words) num_occurrences_ += static_cast<double>(word.count);
    for (const auto& [code, count] : characters_) required_.insert(code);
    required_.insert(settings.initial_alphabet.begin(), settings.initial_alphabet.end());
    check_size();
  }

  TrainedUnigram train() {
    start();
    Progress progress("training", "round", num_rounds());
    for (;;) {
      for (int i = 0; i < settings_.n_sub_iterations; ++i) maximize();
      progress.advance(1, fmt::format("{} tokens", tokens_.size()));
      if (tokens_.size() <= target_ || !prune()) break;
    }
    progress.finish();
    return finished();
  }

 private:
  bool adds_unknown() const {
    const auto& special = settings_.special_tokens;
    return settings_.unk_token && std::find(special.begin(), special.end(), *settings_.unk_token) == special.end();
  }

  size_t num_special() const { return settings_.special_tokens.size() + (adds_unknown() ? 1 : 0); }

  void check_size() const {
    if (required_.size() + num_special() <= settings_.vocab_size) return;
    throw Error(ErrorKind::kUsage,
                fmt::format("a vocabulary of {} tokens has no room for the {} special tokens and {} characters",
                            settings_.vocab_size, num_special(), required_.size()),
                "raise --vocab-size");
  }

  // The characters by their frequency, then the substrings by their scores, with the logarithms of their shares.
  void start() {
    tokens_ = {{kTrainingUnknown, kNoScore}};
    std::vector<std::pair<uint64_t, char32_t>> characters;
    for (const auto& [code, count] : characters_) {
      if (code != 0) characters.emplace_back(count, code);
    }
    std::sort(characters.rbegin(), characters.rend());
    double sum = 0;
    const auto add = [&](std::string text, uint64_t score) {
      tokens_.emplace_back(std::move(text), static_cast<double>(score));
      sum += static_cast<double>(score);
    };
    for (const auto& [count, code] : characters) add(character_text(code), count);
    const std::string joined = join_words(words_);
    // UnigramTrainer looks at the limit only after it has added a substring.
    const size_t limit = std::max<size_t>(settings_.seed_size, tokens_.size()) - (tokens_.size() - 1);
    const auto substrings = repeated_substrings(joined, settings_.max_piece_length, limit, num_threads_);
    for (const RepeatedSubstring& substring : substrings) add(std::string(substring.text), substring.score);
    for (size_t id = 1; id < tokens_.size(); ++id) tokens_[id].second = std::log(tokens_[id].second) - std::log(sum);
  }

  // The rounds of pruning that the shrinking factor needs.
  uint64_t num_rounds() const {
    const double shrunk = std::log(static_cast<double>(target_)) - std::log(static_cast<double>(tokens_.size()));
    return shrunk >= 0 ? 1 : static_cast<uint64_t>(shrunk / std::log(settings_.shrinking_factor)) + 1;
  }

  // Calls use(lattice, word, thread) for each word, on all threads.
  template <typename Use>
  void each_word(const UnigramCandidates& candidates, const Use& use) const {
    run_tasks((words_.size() + kWordsPerTask - 1) / kWordsPerTask, num_threads_, [&](size_t task, size_t thread) {
      UnigramLattice lattice(candidates);
      const size_t end = std::min((task + 1) * kWordsPerTask, words_.size());
      for (size_t i = task * kWordsPerTask; i < end; ++i) {
        lattice.set_word(words_[i].word);
        use(lattice, words_[i], thread);
      }
    });
  }

  // Sums one list for each thread; the order of whole numbers does not matter.
  static std::vector<int64_t> summed(const std::vector<std::vector<int64_t>>& of_thread) {
    std::vector<int64_t> sum = of_thread.front();
    for (size_t thread = 1; thread < of_thread.size(); ++thread) {
      for (size_t id = 0; id < sum.size(); ++id) sum[id] += of_thread[thread][id];
    }
    return sum;
  }

  std::vector<std::vector<int64_t>> zeros() const {
    return {static_cast<size_t>(num_threads_), std::vector<int64_t>(tokens_.size())};
  }

  // One step of EM. "Bayesian EM" (Liang and Klein, ACL 2007 tutorial) makes rare tokens rarer.
  void maximize() {
    const UnigramCandidates candidates(tokens_);
    auto of_thread = zeros();
    each_word(candidates, [&](UnigramLattice& lattice, const WordCount& word, size_t thread) {
      const double count = static_cast<double>(word.count) * kFixedPoint;
      lattice.each_marginal([&](int32_t id, double probability) {
        of_thread[thread][static_cast<size_t>(id)] += std::llround(probability * count);
      });
    });
    const std::vector<int64_t> expected = summed(of_thread);
    UnigramTokens kept = {tokens_.front()};
    double sum = 0;
    for (size_t id = 1; id < tokens_.size(); ++id) {
      const double count = static_cast<double>(expected[id]) / kFixedPoint;
      if (count < kMinExpected) continue;
      kept.emplace_back(std::move(tokens_[id].first), digamma(count));
      sum += count;
    }
    const double log_sum = digamma(sum);
    for (size_t id = 1; id < kept.size(); ++id) kept[id].second -= log_sum;
    tokens_ = std::move(kept);
  }

  // What becomes of a token's text if the token is removed.
  struct Removal {
    bool is_best = true;                // the token is the best division of its text
    std::vector<int32_t> alternatives;  // the tokens that replace it; empty: none can
  };

  std::vector<Removal> removals(const UnigramCandidates& candidates) const {
    std::vector<Removal> result(tokens_.size());
    run_tasks((tokens_.size() + kWordsPerTask - 1) / kWordsPerTask, num_threads_, [&](size_t task, size_t) {
      UnigramLattice lattice(candidates);
      const size_t end = std::min((task + 1) * kWordsPerTask, tokens_.size());
      for (size_t id = std::max<size_t>(1, task * kWordsPerTask); id < end; ++id) {
        lattice.set_word(tokens_[id].first);
        UnigramLattice::Two two = lattice.best_two();
        if (two.second.empty()) continue;
        result[id].is_best = two.first.size() == 1;
        if (result[id].is_best) result[id].alternatives = std::move(two.second);
      }
    });
    return result;
  }

  std::vector<int64_t> best_counts(const UnigramCandidates& candidates) const {
    auto of_thread = zeros();
    each_word(candidates, [&](UnigramLattice& lattice, const WordCount& word, size_t thread) {
      for (const int32_t id : lattice.best())
        of_thread[thread][static_cast<size_t>(id)] += static_cast<int64_t>(word.count);
    });
    return summed(of_thread);
  }

  // Returns how much of the likelihood is lost without the token, if its alternatives replace it everywhere.
  double loss(size_t id, const Removal& removal, const std::vector<int64_t>& counts, double sum) const {
    const auto count = static_cast<double>(counts[id]);
    // SentencePiece takes the number of the alternatives here; tokenizers takes that of all tokens.
    const double num_more = static_cast<double>(tokens_.size()) - 1;
    const double log_sum = std::log(sum + count * num_more);
    double alternative = 0;
    for (const int32_t other : removal.alternatives) {
      alternative += std::log(static_cast<double>(counts[static_cast<size_t>(other)]) + count) - log_sum;
    }
    return count / num_occurrences_ * (std::log(count) - std::log(sum) - alternative);
  }

  // Returns false if no token can be removed.
  bool prune() {
    const UnigramCandidates candidates(tokens_);
    const std::vector<Removal> removal_of = removals(candidates);
    const std::vector<int64_t> counts = best_counts(candidates);
    double sum = 0;
    for (const int64_t count : counts) sum += static_cast<double>(count);
    std::vector<std::pair<double, size_t>> losses;
    UnigramTokens kept = {tokens_.front()};
    for (size_t id = 1; id < tokens_.size(); ++id) {
      const Removal& removal = removal_of[id];
      if (counts[id] == 0 && (!removal.is_best || !removal.alternatives.empty())) continue;
      if (removal.alternatives.empty()) {
        kept.push_back(tokens_[id]);
      } else {
        losses.emplace_back(loss(id, removal, counts, sum), id);
      }
    }
    std::stable_sort(losses.begin(), losses.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    const auto shrunk = static_cast<size_t>(static_cast<double>(tokens_.size()) * settings_.shrinking_factor);
    const size_t size = std::max(target_, shrunk);
    for (const auto& [lost, id] : losses) {
      if (kept.size() >= size) break;
      kept.push_back(tokens_[id]);
    }
    const bool is_smaller = kept.size() < tokens_.size();
    tokens_ = std::move(kept);
    return is_smaller;
  }

  TrainedUnigram finished() const {
    const UnigramCandidates candidates(tokens_);
    std::unordered_map<std::string_view, double> scores;
    for (size_t id = 1; id < tokens_.size(); ++id) scores.emplace(tokens_[id].first, tokens_[id].second);
    UnigramTokens chosen;
    std::unordered_set<std::string> texts = {kTrainingUnknown};
    double penalty = 0;
    for (const char32_t code : required_) {
      std::string text = character_text(code);
      const auto known = scores.find(text);
      chosen.emplace_back(text, known != scores.end() ? known->second : candidates.min_score() + penalty);
      if (known == scores.end()) penalty += kMinScoreStep;
      texts.insert(std::move(text));
    }
    const size_t size = settings_.vocab_size - num_special();
    for (size_t id = 1; id < tokens_.size() && chosen.size() < size; ++id) {
      if (texts.insert(tokens_[id].first).second) chosen.push_back(tokens_[id]);
    }
    std::stable_sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    TrainedUnigram trained;
    if (adds_unknown()) trained.vocabulary.emplace_back(*settings_.unk_token, 0);
    for (const std::string& token : settings_.special_tokens) trained.vocabulary.emplace_back(token, 0);
    for (size_t id = 0; settings_.unk_token && id < trained.vocabulary.size() && !trained.unknown_id; ++id) {
      if (trained.vocabulary[id].first == *settings_.unk_token) trained.unknown_id = static_cast<int32_t>(id);
    }
    trained.vocabulary.insert(trained.vocabulary.end(), chosen.begin(), chosen.end());
    return trained;
  }

  std::span<const WordCount> words_;
  const UnigramTrainerSettings& settings_;
  int num_threads_;
  size_t target_;  // pruning stops here; the last tokens are dropped by their order
  std::map<char32_t, uint64_t> characters_;
  std::set<char32_t> required_;
  double num_occurrences_ = 0;
  UnigramTokens tokens_;
};

}  // namespace

TrainedUnigram train_unigram(std::span<const WordCount> words, const UnigramTrainerSettings& settings) {
  return UnigramTraining(words, settings).train();
}

}  // namespace hone::text
