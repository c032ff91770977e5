#include "task/tag_decoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "base/error.h"
#include "base/names.h"
#include "task/names.h"
#include "task/score_functions.h"

namespace hone::task {

namespace {

struct Unit {
  std::vector<float> scores;  // [K]
  size_t tag = 0;
  size_t token = 0;
  text::Offset bytes;
};

size_t best_of(std::span<const float> scores) {
  return static_cast<size_t>(std::ranges::max_element(scores) - scores.begin());
}

// A row of aggregation strategies: how the scores of a word's tokens become those of the word.
struct Strategy {
  std::string_view name;
  std::vector<float> (*word_scores)(std::span<const Unit> tokens);  // null: each token stands for itself
};

std::vector<float> first_scores(std::span<const Unit> tokens) { return tokens.front().scores; }

std::vector<float> average_scores(std::span<const Unit> tokens) {
  std::vector<float> mean(tokens.front().scores.size());
  for (const Unit& token : tokens) {
    for (size_t tag = 0; tag < mean.size(); ++tag) mean[tag] += token.scores[tag];
  }
  for (float& value : mean) value /= static_cast<float>(tokens.size());
  return mean;
}

std::vector<float> max_scores(std::span<const Unit> tokens) {
  return std::ranges::max_element(tokens, {}, [](const Unit& token) { return *std::ranges::max_element(token.scores); })
      ->scores;
}

constexpr Strategy kStrategies[] = {
    {"none", nullptr}, {"simple", nullptr}, {"first", first_scores}, {"average", average_scores}, {"max", max_scores}};
static_assert(has_names(kStrategies, kAggregationNames), "kAggregationNames and the table differ");

// The tokens that belong to the text.
std::vector<Unit> units_of(const text::Encoding& text, std::span<const float> probabilities, size_t num_tags) {
  std::vector<Unit> units;
  for (size_t token = 0; token < text.ids.size(); ++token) {
    if (text.word_ids[token] < 0) continue;
    const std::span<const float> scores = probabilities.subspan(token * num_tags, num_tags);
    units.push_back({.scores = {scores.begin(), scores.end()}, .token = token, .bytes = text.offsets[token]});
  }
  return units;
}

std::vector<Unit> joined_words(const text::Encoding& text, const std::vector<Unit>& tokens, const Strategy& strategy) {
  std::vector<Unit> words;
  for (size_t begin = 0, end = 0; begin < tokens.size(); begin = end) {
    while (end < tokens.size() && text.word_ids[tokens[end].token] == text.word_ids[tokens[begin].token]) ++end;
    const std::span<const Unit> own = std::span(tokens).subspan(begin, end - begin);
    words.push_back({.scores = strategy.word_scores(own),
                     .token = own.front().token,
                     .bytes = {own.front().bytes.begin, own.back().bytes.end}});
  }
  return words;
}

// Which tags may follow each other, by the prefixes that a type has: with B-, its I- and E- continue an entity; without
// B- (IO, IOB1) they may begin one too. If a type has E-, its entities must end.
class Grammar {
 public:
  explicit Grammar(const metric::TagSet& tags) : tags_(tags), types_(tags.types().size()) {
    const bool is_iob1 = tags.scheme().name == "IOB1";
    for (size_t id = 0; id < tags.size(); ++id) {
      const metric::Tag& tag = tags.tag(id);
      if (tag.role == metric::TagRole::kOutside) continue;
      Type& type = types_[static_cast<size_t>(tag.type)];
      type.has_begin = type.has_begin || (tag.role == metric::TagRole::kBegin && !is_iob1);
      type.has_end = type.has_end || tag.role == metric::TagRole::kEnd;
      if (is_open(id)) type.open.push_back(id);
    }
  }

  bool may_begin(size_t id) const { return !continues(id) || !type_of(id).has_begin; }
  bool may_end(size_t id) const { return !is_open(id) || !type_of(id).has_end; }
  // The open tags of its type if `id` may continue their entity; else none.
  std::span<const size_t> open_before(size_t id) const {
    return continues(id) ? std::span<const size_t>(type_of(id).open) : std::span<const size_t>();
  }

 private:
  struct Type {
    bool has_begin = false, has_end = false;
    std::vector<size_t> open;
  };

  const Type& type_of(size_t id) const { return types_[static_cast<size_t>(tags_.tag(id).type)]; }
  bool is_open(size_t id) const {
    const metric::TagRole role = tags_.tag(id).role;
    return role == metric::TagRole::kBegin || role == metric::TagRole::kInside;
  }
  bool continues(size_t id) const {
    const metric::TagRole role = tags_.tag(id).role;
    return role == metric::TagRole::kInside || role == metric::TagRole::kEnd;
  }

  const metric::TagSet& tags_;
  std::vector<Type> types_;
};

// Viterbi's algorithm: the allowed sequence of tags with the highest product of probabilities. Time grows with tokens
// times tags, because all tags that begin something follow the same best tag.
class Decoder {
 public:
  explicit Decoder(const metric::TagSet& tags) : grammar_(tags), best_(tags.size()) {}

  void decode(std::vector<Unit>& units) {
    if (units.empty()) return;
    for (size_t id = 0; id < best_.size(); ++id) {
      best_[id] = grammar_.may_begin(id) ? log_of(units.front().scores[id]) : kNever;
    }
    std::vector<std::vector<size_t>> from;  // of each later unit: the tag before, for each tag
    for (size_t i = 1; i < units.size(); ++i) from.push_back(advance(units[i].scores));
    size_t tag = best_ending();
    for (size_t i = units.size(); i-- > 0;) {
      units[i].tag = tag;
      if (i > 0) tag = from[i - 1][tag];
    }
  }

 private:
  static constexpr double kNever = -std::numeric_limits<double>::infinity();

  static double log_of(float probability) { return std::log(std::max(static_cast<double>(probability), 1e-30)); }

  size_t best_ending() const {
    size_t best = 0;
    double highest = kNever;
    for (size_t id = 0; id < best_.size(); ++id) {
      if (!grammar_.may_end(id) || best_[id] <= highest) continue;
      highest = best_[id];
      best = id;
    }
    return best;
  }

  // Returns for each tag of the next unit the tag before it.
  std::vector<size_t> advance(std::span<const float> scores) {
    const size_t ending = best_ending();
    const double score_of_ending = grammar_.may_end(ending) ? best_[ending] : kNever;
    std::vector<size_t> before(best_.size(), ending);
    std::vector<double> next(best_.size());
    for (size_t id = 0; id < best_.size(); ++id) {
      double highest = grammar_.may_begin(id) ? score_of_ending : kNever;
      for (const size_t open : grammar_.open_before(id)) {
        if (best_[open] <= highest) continue;
        highest = best_[open];
        before[id] = open;
      }
      next[id] = highest == kNever ? kNever : highest + log_of(scores[id]);
    }
    best_ = std::move(next);
    return before;
  }

  Grammar grammar_;
  std::vector<double> best_;  // the log probability of the best sequence that ends with each tag
};

}  // namespace

std::vector<float> tag_probabilities(std::span<const float> logits, size_t num_tags) {
  std::vector<float> values(logits.begin(), logits.end());
  apply_score_function(find_score_function("softmax"), values, num_tags);
  return values;
}

TokenLogits over_windows(std::span<const text::Encoding> windows, std::span<const std::vector<float>> logits,
                         size_t num_tags) {
  if (windows.size() == 1) return {windows.front(), logits.front()};
  size_t size = 0;
  for (const text::Encoding& window : windows) size = std::max(size, window.window_begin + window.ids.size());
  TokenLogits whole;
  whole.tokens.ids.resize(size);
  whole.tokens.offsets.resize(size);
  whole.tokens.word_ids.resize(size, -1);
  whole.logits.resize(size * num_tags);
  std::vector<float> num_windows(size);
  for (size_t k = 0; k < windows.size(); ++k) {
    const text::Encoding& window = windows[k];
    for (size_t i = 0; i < window.ids.size(); ++i) {
      if (window.word_ids[i] < 0) continue;
      const size_t token = window.window_begin + i;
      whole.tokens.ids[token] = window.ids[i];
      whole.tokens.offsets[token] = window.offsets[i];
      whole.tokens.word_ids[token] = window.word_ids[i];
      for (size_t id = 0; id < num_tags; ++id) {
        whole.logits[token * num_tags + id] += logits[k][i * num_tags + id];
      }
      ++num_windows[token];
    }
  }
  for (size_t i = 0; i < whole.logits.size(); ++i) whole.logits[i] /= std::max(1.0F, num_windows[i / num_tags]);
  return whole;
}

std::vector<TaggedUnit> decode_tags(const metric::TagSet& tags, const text::Encoding& tokens,
                                    std::span<const float> logits, std::string_view strategy, bool is_constrained) {
  const Strategy& found = find_row(kStrategies, "aggregation_strategy", strategy);
  std::vector<Unit> units = units_of(tokens, tag_probabilities(logits, tags.size()), tags.size());
  if (found.word_scores != nullptr) units = joined_words(tokens, units, found);
  for (Unit& unit : units) unit.tag = best_of(unit.scores);
  if (is_constrained) Decoder(tags).decode(units);
  std::vector<TaggedUnit> tagged;
  for (const Unit& unit : units) tagged.push_back({unit.tag, unit.scores[unit.tag], unit.token, unit.bytes});
  return tagged;
}

}  // namespace hone::task
