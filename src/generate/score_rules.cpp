#include "generate/score_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"

namespace hone::generate {

// What a rule may read.
struct GivenScores {
  const SamplingSettings& settings;
  std::span<const int32_t> stop_ids;
  const TokenHistory& history;
};

namespace {

using Given = GivenScores;

constexpr float kNever = -std::numeric_limits<float>::infinity();

void forbid(std::span<const int32_t> ids, std::span<float> scores) {
  for (const int32_t id : ids) scores[static_cast<size_t>(id)] = kNever;
}

bool ends_with(std::span<const int32_t> ids, std::span<const int32_t> end) {
  return end.size() <= ids.size() && std::ranges::equal(ids.last(end.size()), end);
}

void add_sequence_bias(const Given& given, std::span<float> scores) {
  for (const auto& [sequence, bias] : given.settings.sequence_bias) {
    if (!ends_with(given.history.ids, std::span(sequence).first(sequence.size() - 1))) continue;
    scores[static_cast<size_t>(sequence.back())] += static_cast<float>(bias);
  }
}

// Keskar et al., "CTRL", arXiv 1909.05858: divides positive scores of tokens that occurred, and multiplies negative
// ones. The prompt counts.
void penalize_repetition(const Given& given, std::span<float> scores) {
  const auto penalty = static_cast<float>(given.settings.repetition_penalty);
  std::unordered_set<int32_t> seen;
  for (const int32_t id : given.history.ids) {
    if (static_cast<size_t>(id) >= scores.size() || !seen.insert(id).second) continue;
    float& score = scores[static_cast<size_t>(id)];
    score = score < 0 ? score * penalty : score / penalty;
  }
}

// Of the generated tokens only, as OpenAI's interface does.
void penalize_presence_and_frequency(const Given& given, std::span<float> scores) {
  std::unordered_map<int32_t, int> counts;
  for (const int32_t id : given.history.generated()) ++counts[id];
  for (const auto& [id, count] : counts) {
    if (static_cast<size_t>(id) >= scores.size()) continue;
    scores[static_cast<size_t>(id)] -=
        static_cast<float>(given.settings.presence_penalty + given.settings.frequency_penalty * count);
  }
}

void forbid_repeated_ngrams(const Given& given, std::span<float> scores) {
  const std::span<const int32_t> ids = given.history.ids;
  const auto size = static_cast<size_t>(given.settings.no_repeat_ngram_size);
  if (ids.size() < size) return;
  const auto prefix = ids.last(size - 1);
  for (size_t begin = 0; begin + size <= ids.size(); ++begin) {
    const auto next = static_cast<size_t>(ids[begin + size - 1]);
    if (next < scores.size() && std::ranges::equal(ids.subspan(begin, size - 1), prefix)) scores[next] = kNever;
  }
}

// A stop token by itself is no bad word.
void forbid_bad_words(const Given& given, std::span<float> scores) {
  for (const std::vector<int32_t>& word : given.settings.bad_words_ids) {
    if (word.size() == 1 && std::ranges::find(given.stop_ids, word[0]) != given.stop_ids.end()) continue;
    if (!ends_with(given.history.ids, std::span(word).first(word.size() - 1))) continue;
    scores[static_cast<size_t>(word.back())] = kNever;
  }
}

void forbid_stops_before_length(const Given& given, std::span<float> scores) {
  if (static_cast<int64_t>(given.history.ids.size()) < given.settings.min_length) forbid(given.stop_ids, scores);
}

void forbid_stops_before_new_tokens(const Given& given, std::span<float> scores) {
  const auto num_generated = static_cast<int64_t>(given.history.generated().size());
  if (num_generated < given.settings.min_new_tokens) forbid(given.stop_ids, scores);
}

// Leaves these ids only, whose score becomes 0.
void force(std::span<const int32_t> ids, std::span<float> scores) {
  std::ranges::fill(scores, kNever);
  for (const int32_t id : ids) scores[static_cast<size_t>(id)] = 0;
}

void force_first(const Given& given, std::span<float> scores) {
  if (given.history.ids.size() == 1) force({&*given.settings.forced_bos_token_id, 1}, scores);
}

void force_last(const Given& given, std::span<float> scores) {
  if (static_cast<int64_t>(given.history.ids.size()) + 1 == given.history.max_tokens) {
    force(given.settings.forced_eos_token_ids, scores);
  }
}

void suppress_tokens(const Given& given, std::span<float> scores) { forbid(given.settings.suppress_tokens, scores); }

}  // namespace

struct ScoreRule {
  std::string_view name;
  bool (*is_active)(const SamplingSettings& settings);
  void (*apply)(const GivenScores& given, std::span<float> scores);
};

namespace {

// The order of transformers' _get_logits_processor.
constexpr std::array kRules{
    ScoreRule{"sequence_bias", [](const SamplingSettings& s) { return !s.sequence_bias.empty(); }, add_sequence_bias},
    ScoreRule{"repetition_penalty", [](const SamplingSettings& s) { return s.repetition_penalty != 1; },
              penalize_repetition},
    ScoreRule{"presence_penalty and frequency_penalty",
              [](const SamplingSettings& s) { return s.presence_penalty != 0 || s.frequency_penalty != 0; },
              penalize_presence_and_frequency},
    ScoreRule{"no_repeat_ngram_size", [](const SamplingSettings& s) { return s.no_repeat_ngram_size > 0; },
              forbid_repeated_ngrams},
    ScoreRule{"bad_words_ids", [](const SamplingSettings& s) { return !s.bad_words_ids.empty(); }, forbid_bad_words},
    ScoreRule{"min_length", [](const SamplingSettings& s) { return s.min_length > 0; }, forbid_stops_before_length},
    ScoreRule{"min_new_tokens", [](const SamplingSettings& s) { return s.min_new_tokens > 0; },
              forbid_stops_before_new_tokens},
    ScoreRule{"forced_bos_token_id", [](const SamplingSettings& s) { return s.forced_bos_token_id.has_value(); },
              force_first},
    ScoreRule{"forced_eos_token_id", [](const SamplingSettings& s) { return !s.forced_eos_token_ids.empty(); },
              force_last},
    ScoreRule{"suppress_tokens", [](const SamplingSettings& s) { return !s.suppress_tokens.empty(); }, suppress_tokens},
};

struct Range {
  std::string_view name;
  double value, low, high;
  bool is_low_excluded = false;
};

void check_ids(std::string_view name, std::span<const int32_t> ids, int64_t vocab_size) {
  if (ids.empty()) throw Error(ErrorKind::kUsage, fmt::format("{} has an empty sequence of tokens", name));
  for (const int32_t id : ids) {
    if (id >= 0 && id < vocab_size) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: token {} is not in the vocabulary of {} tokens", name, id, vocab_size));
  }
}

}  // namespace

void check_settings(const SamplingSettings& settings) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto integer = [](int64_t value) { return static_cast<double>(value); };
  const Range ranges[] = {
      {"temperature", settings.temperature, 0, kInfinity, true},
      {"top_k", integer(settings.top_k), 0, kInfinity},
      {"top_p", settings.top_p, 0, 1, true},
      {"min_p", settings.min_p.value_or(0), 0, 1},
      {"typical_p", settings.typical_p, 0, 1, true},
      {"epsilon_cutoff", settings.epsilon_cutoff, 0, 1},
      {"eta_cutoff", settings.eta_cutoff, 0, 1},
      {"repetition_penalty", settings.repetition_penalty, 0, kInfinity, true},
      {"presence_penalty", settings.presence_penalty, -kInfinity, kInfinity},
      {"frequency_penalty", settings.frequency_penalty, -kInfinity, kInfinity},
      {"no_repeat_ngram_size", integer(settings.no_repeat_ngram_size), 0, kInfinity},
      {"min_length", integer(settings.min_length), 0, kInfinity},
      {"min_new_tokens", integer(settings.min_new_tokens), 0, kInfinity},
  };
  for (const auto& [name, value, low, high, is_low_excluded] : ranges) {
    if (std::isfinite(value) && value <= high && (is_low_excluded ? value > low : value >= low)) continue;
    const std::string lower =
        std::isinf(low) ? "" : fmt::format(" {} {:g}", is_low_excluded ? "above" : "of at least", low);
    const std::string upper = std::isinf(high) ? "" : fmt::format(" and at most {:g}", high);
    throw Error(ErrorKind::kUsage, fmt::format("{} is {:g}, not a finite number{}{}", name, value, lower, upper),
                name == "temperature" && value == 0 ? "for the most likely tokens leave do_sample out" : "");
  }
}

ScoreRules::ScoreRules(const SamplingSettings& settings, std::span<const int32_t> stop_ids, int64_t vocab_size)
    : settings_(settings), stop_ids_(stop_ids.begin(), stop_ids.end()) {
  check_settings(settings);
  std::erase_if(stop_ids_, [&](int32_t id) { return id < 0 || id >= vocab_size; });
  for (const auto& word : settings.bad_words_ids) check_ids("bad_words_ids", word, vocab_size);
  for (const auto& [sequence, bias] : settings.sequence_bias) check_ids("sequence_bias", sequence, vocab_size);
  if (settings.forced_bos_token_id) check_ids("forced_bos_token_id", {&*settings.forced_bos_token_id, 1}, vocab_size);
  if (!settings.forced_eos_token_ids.empty()) {
    check_ids("forced_eos_token_id", settings.forced_eos_token_ids, vocab_size);
  }
  if (!settings.suppress_tokens.empty()) check_ids("suppress_tokens", settings.suppress_tokens, vocab_size);
  for (const ScoreRule& rule : kRules) {
    if (rule.is_active(settings_)) active_.push_back(&rule);
  }
}

void ScoreRules::apply(const TokenHistory& history, std::span<float> scores) const {
  for (const ScoreRule* rule : active_) rule->apply({settings_, stop_ids_, history}, scores);
}

std::vector<std::string_view> score_rule_names() {
  std::vector<std::string_view> names;
  for (const ScoreRule& rule : kRules) names.push_back(rule.name);
  return names;
}

}  // namespace hone::generate
