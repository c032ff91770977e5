#include "generate/beam_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "generate/sampler.h"

namespace hone::generate {

namespace {

constexpr int64_t kMaxBeams = 1024;  // times a vocabulary, it fits in the id of a candidate

struct Beam {
  uint64_t cache_id = 0;
  std::vector<int32_t> ids;  // prompt and generated
  float score = 0;           // the sum of log-probabilities
};

struct Continuation {
  size_t beam = 0;
  int32_t token = 0;
  float score = 0;
  bool is_stop = false;
  bool is_finished = false;  // by a stop id, or at the most tokens
};

// Turns scores into log-probabilities in place.
void normalize(std::span<float> scores) {
  const float largest = *std::ranges::max_element(scores);
  double sum = 0;
  for (const float score : scores) sum += std::exp(static_cast<double>(score) - largest);
  const auto normalizer = static_cast<float>(largest + std::log(sum));
  for (float& score : scores) score -= normalizer;
}

void check_settings(const BeamSettings& settings) {
  if (settings.num_beams < 1 || settings.num_beams > kMaxBeams) {
    throw Error(ErrorKind::kUsage, fmt::format("num_beams is {}, not between 1 and {}", settings.num_beams, kMaxBeams));
  }
  if (settings.num_return_sequences < 1 || settings.num_return_sequences > settings.num_beams) {
    throw Error(ErrorKind::kUsage, fmt::format("num_return_sequences is {}, not between 1 and num_beams, {}",
                                               settings.num_return_sequences, settings.num_beams));
  }
  if (!std::isfinite(settings.length_penalty)) {
    throw Error(ErrorKind::kUsage, fmt::format("length_penalty is {}, not a finite number", settings.length_penalty));
  }
}

class BeamSearch {
 public:
  BeamSearch(const LanguageModel& model, const tensor::KvShape& shape, int64_t max_tokens, const Request& request,
             const BeamSettings& settings)
      : model_(model),
        request_(request),
        settings_(settings),
        rules_(request.sampling, request.stop_ids, model.vocab_size),
        cache_(shape, max_tokens),
        max_length_(longest_sequence(request, model, max_tokens)) {
    // In case the N best continuations all end.
    num_kept_ = static_cast<size_t>(settings.num_beams) * std::max<size_t>(2, 1 + request.stop_ids.size());
  }

  std::vector<BeamResult> run() {
    cache_.begin(next_id_, request_.prompt);
    if (model_.texts != nullptr) model_.texts->begin(next_id_, request_.source);
    running_ = {{next_id_++, request_.prompt, 0}};
    while (true) {
      const std::vector<Continuation> best = best_continuations();
      finish(best);
      if (std::ranges::all_of(best, &Continuation::is_finished)) break;
      go_on(best);
      if (settings_.early_stopping == EarlyStopping::kFull && is_full()) break;
      if (!can_improve()) break;
    }
    for (const Beam& beam : running_) end(beam.cache_id);
    finished_.resize(std::min(finished_.size(), static_cast<size_t>(settings_.num_return_sequences)));
    return std::move(finished_);
  }

 private:
  void end(uint64_t id) {
    cache_.end(id);
    if (model_.texts != nullptr) model_.texts->end(id);
  }

  bool is_full() const { return static_cast<int64_t>(finished_.size()) == settings_.num_beams; }
  int64_t length() const { return static_cast<int64_t>(running_[0].ids.size()); }
  double divisor(int64_t num_generated) const {
    return std::pow(static_cast<double>(num_generated), settings_.length_penalty);
  }

  // The candidates of all beams, with the sums of log-probabilities as scores; `beam * V + token` is the id.
  std::vector<Candidate> candidates() {
    std::vector<uint64_t> ids;
    for (const Beam& beam : running_) ids.push_back(beam.cache_id);
    const tensor::KvBatch batch = cache_.batch(ids);
    const at::Tensor scores = model_.scores(batch).contiguous();
    batch.finish();
    const auto vocab_size = static_cast<size_t>(model_.vocab_size);
    std::vector<Candidate> all;
    for (size_t i = 0; i < running_.size(); ++i) {
      const std::span<float> row(scores.mutable_data_ptr<float>() + i * vocab_size, vocab_size);
      normalize(row);
      rules_.apply({running_[i].ids, request_.prompt.size(), max_length_}, row);
      for (Candidate candidate : left_of(row)) {
        candidate.score += running_[i].score;
        candidate.id += static_cast<int32_t>(i * vocab_size);
        all.push_back(candidate);
      }
    }
    return all;
  }

  std::vector<Candidate> left_of(std::span<const float> row) const {
    if (request_.sampling.do_sample) {
      return warped(request_.sampling, row, std::max<size_t>(2, 1 + request_.stop_ids.size()));
    }
    SamplingSettings none;
    none.top_k = 0;
    return warped(none, row);
  }

  // Moves `count` candidates to the front: the best ones, or draws without replacement.
  void select(std::vector<Candidate>& all, size_t count) {
    if (!request_.sampling.do_sample) {
      std::ranges::partial_sort(all, all.begin() + static_cast<ptrdiff_t>(count), std::greater(), &Candidate::score);
      return;
    }
    for (size_t i = 0; i < count; ++i) {
      const std::span<Candidate> rest(all.data() + i, all.size() - i);
      const auto step = static_cast<uint32_t>(num_draws_++);
      const int32_t drawn = draw(rest, uniform_at({request_.sampling.seed, request_.row, step}));
      std::iter_swap(rest.begin(), std::ranges::find(rest, drawn, &Candidate::id));
    }
  }

  std::vector<Continuation> best_continuations() {
    std::vector<Candidate> all = candidates();
    const size_t count = std::min(num_kept_, all.size());
    select(all, count);
    const bool is_last = length() + 1 >= max_length_;
    std::vector<Continuation> best;
    for (size_t i = 0; i < count; ++i) {
      const auto beam = static_cast<size_t>(all[i].id / model_.vocab_size);
      const auto token = static_cast<int32_t>(all[i].id % model_.vocab_size);
      const bool is_stop = std::ranges::find(request_.stop_ids, token) != request_.stop_ids.end();
      best.push_back({beam, token, all[i].score, is_stop, is_stop || is_last});
    }
    return best;
  }

  // Only the first N continuations may finish.
  void finish(std::span<const Continuation> best) {
    const auto num_beams = static_cast<size_t>(settings_.num_beams);
    for (const Continuation& continuation : best.first(std::min(best.size(), num_beams))) {
      if (!continuation.is_finished) continue;
      const auto num_prompt = static_cast<ptrdiff_t>(request_.prompt.size());
      const std::vector<int32_t>& ids = running_[continuation.beam].ids;
      BeamResult result;
      result.ids.assign(ids.begin() + num_prompt, ids.end());
      result.ids.push_back(continuation.token);
      result.score = continuation.score / divisor(static_cast<int64_t>(result.ids.size()));
      result.finished = continuation.is_stop ? FinishReason::kStop : FinishReason::kLength;
      finished_.push_back(std::move(result));
    }
    std::ranges::stable_sort(finished_, std::greater(), &BeamResult::score);
    if (finished_.size() > num_beams) finished_.resize(num_beams);
  }

  // Makes beams of the best N continuations that have not ended.
  void go_on(std::span<const Continuation> best) {
    std::vector<Continuation> chosen;
    for (const Continuation& continuation : best) {
      if (!continuation.is_finished) chosen.push_back(continuation);
    }
    std::ranges::stable_sort(chosen, std::greater(), &Continuation::score);
    chosen.resize(std::min(chosen.size(), static_cast<size_t>(settings_.num_beams)));
    std::vector<Beam> next;
    std::vector<bool> is_taken(running_.size());
    for (const Continuation& continuation : chosen) {
      Beam beam = running_[continuation.beam];
      if (is_taken[continuation.beam]) {
        const uint64_t from = running_[continuation.beam].cache_id;
        cache_.fork(from, beam.cache_id = next_id_++);
        if (model_.texts != nullptr) model_.texts->fork(from, beam.cache_id);
      }
      is_taken[continuation.beam] = true;
      beam.ids.push_back(continuation.token);
      beam.score = continuation.score;
      next.push_back(std::move(beam));
    }
    for (size_t i = 0; i < running_.size(); ++i) {
      if (!is_taken[i]) end(running_[i].cache_id);
    }
    for (const Beam& beam : next) cache_.append(beam.cache_id, {&beam.ids.back(), 1});
    running_ = std::move(next);
  }

  bool can_improve() const {
    if (!is_full()) return true;
    const auto num_prompt = static_cast<int64_t>(request_.prompt.size());
    const bool takes_longest = settings_.early_stopping == EarlyStopping::kNever && settings_.length_penalty > 0;
    return running_[0].score / divisor((takes_longest ? max_length_ : length()) - num_prompt) > finished_.back().score;
  }

  const LanguageModel& model_;
  const Request& request_;
  const BeamSettings& settings_;
  ScoreRules rules_;
  tensor::KvCache cache_;
  int64_t max_length_;
  size_t num_kept_ = 0;
  uint64_t next_id_ = 0, num_draws_ = 0;
  std::vector<Beam> running_;         // the best one first
  std::vector<BeamResult> finished_;  // so too
};

}  // namespace

std::vector<BeamResult> beam_search(const LanguageModel& model, const tensor::KvShape& shape, int64_t max_tokens,
                                    const Request& request, const BeamSettings& settings) {
  check_settings(settings);
  if (request.form != nullptr) {
    throw Error(ErrorKind::kUnsupported, "a beam search for an answer of a given form",
                "leave --num-beams or the form out");
  }
  return BeamSearch(model, shape, max_tokens, request, settings).run();
}

}  // namespace hone::generate
