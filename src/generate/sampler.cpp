#include "generate/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/error.h"
#include "base/philox.h"

namespace hone::generate {

namespace {

using Candidates = std::vector<Candidate>;

// What a warper may not remove, and its settings.
struct Limits {
  const SamplingSettings& settings;
  size_t min_kept = 1;
};

// Keeps the candidates whose place in `keeps` is true, in their order.
void keep(Candidates& candidates, const std::vector<bool>& keeps) {
  size_t to = 0;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (keeps[i]) candidates[to++] = candidates[i];
  }
  candidates.resize(to);
}

// Returns the score that `rank` candidates reach or exceed, at most all of them.
float score_of_rank(const Candidates& candidates, size_t rank) {
  std::vector<float> scores;
  for (const Candidate& candidate : candidates) scores.push_back(candidate.score);
  const auto nth = scores.begin() + static_cast<ptrdiff_t>(std::min(rank, scores.size()) - 1);
  std::ranges::nth_element(scores, nth, std::greater());
  return *nth;
}

// Returns the places of the candidates in ascending order of their values.
std::vector<size_t> order_of(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t place) { return values[place]; });
  return order;
}

double entropy_of(std::span<const double> probabilities) {
  double entropy = 0;
  for (const double p : probabilities) entropy -= p > 0 ? p * std::log(p) : 0;
  return entropy;
}

// Keeps the candidates with at least this probability, and the `min_kept` best ones.
void keep_above(Candidates& candidates, std::span<const double> probabilities, double least, size_t min_kept) {
  const float best = score_of_rank(candidates, min_kept);
  std::vector<bool> keeps(candidates.size());
  for (size_t i = 0; i < keeps.size(); ++i) keeps[i] = probabilities[i] >= least || candidates[i].score >= best;
  keep(candidates, keeps);
}

void apply_temperature(Candidates& candidates, const Limits& limits) {
  const auto temperature = static_cast<float>(limits.settings.temperature);
  for (Candidate& candidate : candidates) candidate.score /= temperature;
}

// Keeps all candidates that are equal to the last one.
void keep_top_k(Candidates& candidates, const Limits& limits) {
  const size_t k = std::max(static_cast<size_t>(limits.settings.top_k), limits.min_kept);
  if (k >= candidates.size()) return;
  const float least = score_of_rank(candidates, k);
  std::erase_if(candidates, [least](const Candidate& candidate) { return candidate.score < least; });
}

// Holtzman et al., "The curious case of neural text degeneration", arXiv 1904.09751.
void keep_top_p(Candidates& candidates, const Limits& limits) {
  const std::vector<double> probabilities = probabilities_of(candidates);
  std::vector<double> scores;
  for (const Candidate& candidate : candidates) scores.push_back(candidate.score);
  std::vector<bool> keeps(candidates.size(), true);
  double sum = 0;
  const std::vector<size_t> ascending = order_of(scores);
  for (size_t i = 0; i + limits.min_kept < ascending.size(); ++i) {
    sum += probabilities[ascending[i]];
    if (sum > 1 - limits.settings.top_p) break;
    keeps[ascending[i]] = false;
  }
  keep(candidates, keeps);
}

void keep_min_p(Candidates& candidates, const Limits& limits) {
  const std::vector<double> probabilities = probabilities_of(candidates);
  const double least = *limits.settings.min_p * std::ranges::max(probabilities);
  keep_above(candidates, probabilities, least, limits.min_kept);
}

// Meister et al., "Locally typical sampling", arXiv 2202.00666.
void keep_typical(Candidates& candidates, const Limits& limits) {
  const std::vector<double> probabilities = probabilities_of(candidates);
  const double entropy = entropy_of(probabilities);
  std::vector<double> surprises;
  for (const double p : probabilities) surprises.push_back(std::abs(-std::log(p) - entropy));
  const std::vector<size_t> order = order_of(surprises);
  size_t last = 0;
  for (double sum = 0; last < order.size(); ++last) {
    sum += probabilities[order[last]];
    if (sum >= limits.settings.typical_p) break;
  }
  const double most = surprises[order[std::min(last, order.size() - 1)]];
  std::vector<bool> keeps(candidates.size());
  for (size_t i = 0; i < order.size(); ++i) keeps[order[i]] = i < limits.min_kept || surprises[order[i]] <= most;
  keep(candidates, keeps);
}

// Hewitt et al., "Truncation sampling as language model desmoothing", arXiv 2210.15191; so is the next one.
void keep_epsilon(Candidates& candidates, const Limits& limits) {
  keep_above(candidates, probabilities_of(candidates), limits.settings.epsilon_cutoff, limits.min_kept);
}

void keep_eta(Candidates& candidates, const Limits& limits) {
  const std::vector<double> probabilities = probabilities_of(candidates);
  const double epsilon = limits.settings.eta_cutoff;
  const double eta = std::min(epsilon, std::sqrt(epsilon) * std::exp(-entropy_of(probabilities)));
  keep_above(candidates, probabilities, eta, limits.min_kept);
}

struct Warper {
  bool (*is_active)(const SamplingSettings& settings);
  void (*apply)(Candidates& candidates, const Limits& limits);
};

// The order of transformers.
constexpr std::array kWarpers{
    Warper{[](const SamplingSettings& s) { return s.temperature != 1; }, apply_temperature},
    Warper{[](const SamplingSettings& s) { return s.top_k > 0; }, keep_top_k},
    Warper{[](const SamplingSettings& s) { return s.top_p < 1; }, keep_top_p},
    Warper{[](const SamplingSettings& s) { return s.min_p.has_value(); }, keep_min_p},
    Warper{[](const SamplingSettings& s) { return s.typical_p < 1; }, keep_typical},
    Warper{[](const SamplingSettings& s) { return s.epsilon_cutoff > 0; }, keep_epsilon},
    Warper{[](const SamplingSettings& s) { return s.eta_cutoff > 0; }, keep_eta},
};

[[noreturn]] void throw_nan(size_t id) {
  throw Error(ErrorKind::kInput, fmt::format("the model's score of token {} is not a number", id),
              "look for NaN in the weights: the checkpoint may be damaged");
}

[[noreturn]] void throw_nothing_left() {
  throw Error(ErrorKind::kInput, "no token may follow: every score is -infinity",
              "the rules forbid all tokens; allow more");
}

}  // namespace

std::vector<Candidate> warped(const SamplingSettings& settings, std::span<const float> scores,
                              size_t min_tokens_to_keep) {
  Candidates candidates;
  for (size_t id = 0; id < scores.size(); ++id) {
    if (std::isnan(scores[id])) throw_nan(id);
    if (scores[id] > -INFINITY) candidates.push_back({static_cast<int32_t>(id), scores[id]});
  }
  if (candidates.empty()) throw_nothing_left();
  for (const Warper& warper : kWarpers) {
    if (warper.is_active(settings)) warper.apply(candidates, {settings, min_tokens_to_keep});
  }
  return candidates;
}

std::vector<double> probabilities_of(std::span<const Candidate> candidates) {
  double largest = -INFINITY, sum = 0;
  for (const Candidate& candidate : candidates) largest = std::max<double>(largest, candidate.score);
  std::vector<double> probabilities;
  for (const Candidate& candidate : candidates) {
    probabilities.push_back(std::exp(candidate.score - largest));
    sum += probabilities.back();
  }
  for (double& p : probabilities) p /= sum;
  return probabilities;
}

double uniform_at(const DrawPlace& place) {
  const PhiloxBlock block = philox(
      place.seed, {static_cast<uint32_t>(place.row), static_cast<uint32_t>(place.row >> 32), 0x67656E65, place.step});
  const uint64_t bits = (uint64_t{block[0]} << 32 | block[1]) >> 11;
  return static_cast<double>(bits) * 0x1p-53;
}

int32_t draw(std::span<const Candidate> candidates, double uniform) {
  const std::vector<double> probabilities = probabilities_of(candidates);
  double sum = 0;
  for (size_t i = 0; i < candidates.size(); ++i) {
    sum += probabilities[i];
    if (sum > uniform) return candidates[i].id;
  }
  return candidates.back().id;  // the sum may be rounded to less than 1
}

int32_t highest(std::span<const float> scores) {
  size_t best = 0;
  for (size_t id = 0; id < scores.size(); ++id) {
    if (std::isnan(scores[id])) throw_nan(id);
    if (scores[id] > scores[best]) best = id;
  }
  if (scores[best] == -INFINITY) throw_nothing_left();
  return static_cast<int32_t>(best);
}

}  // namespace hone::generate
