// Follows aggregate(), group_entities() and aggregate_overlapping_entities() of transformers'
// TokenClassificationPipeline. Differs from it in the words: the pipeline guesses from lengths of tokens whether a
// token continues a word.
#include "task/entity_answers.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "base/error.h"
#include "base/names.h"
#include "base/utf8.h"
#include "task/names.h"

namespace hone::task {

namespace {

// Probabilities [T, K].
class Probabilities {
 public:
  Probabilities(std::span<const float> logits, size_t num_tags)
      : values_(logits.begin(), logits.end()), num_tags_(num_tags) {
    for (size_t token = 0; token < values_.size() / num_tags; ++token) {
      const std::span<float> row = std::span(values_).subspan(token * num_tags, num_tags);
      const float highest = *std::ranges::max_element(row);
      float sum = 0;
      for (float& value : row) sum += value = std::exp(value - highest);
      for (float& value : row) value /= sum;
    }
  }
  std::span<const float> row(size_t token) const { return std::span(values_).subspan(token * num_tags_, num_tags_); }

 private:
  std::vector<float> values_;
  size_t num_tags_;
};

// A token or a word.
struct Unit {
  std::vector<float> scores;  // [K]
  size_t tag = 0;
  float score = 0;
  size_t token = 0;    // the first one, in its window
  text::Offset bytes;  // of the text
};

struct Found {
  std::string_view label;
  bool is_group = true;
  double score = 0;
  size_t token = 0;
  text::Offset bytes;
};

size_t best_of(std::span<const float> scores) {
  return static_cast<size_t>(std::ranges::max_element(scores) - scores.begin());
}

// A row of aggregation strategies: how the scores of a word's tokens become those of the word.
struct Strategy {
  std::string_view name;
  std::string_view doc;
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

constexpr Strategy kStrategies[] = {{"none", "each token by itself", nullptr},
                                    {"simple", "adjacent tokens of one type", nullptr},
                                    {"first", "words with the tag of their first token", first_scores},
                                    {"average", "words with the tag of their mean scores", average_scores},
                                    {"max", "words with the tag of their highest score", max_scores}};
static_assert(has_names(kStrategies, kAggregationNames), "kAggregationNames and the table differ");

// The tokens of a window that belong to the text.
std::vector<Unit> tokens_of(const text::Encoding& window, const Probabilities& probabilities) {
  std::vector<Unit> units;
  for (size_t token = 0; token < window.ids.size(); ++token) {
    if (window.word_ids[token] < 0) continue;
    const std::span<const float> scores = probabilities.row(token);
    units.push_back({.scores = {scores.begin(), scores.end()}, .token = token, .bytes = window.offsets[token]});
  }
  return units;
}

std::vector<Unit> words_of(const text::Encoding& window, const std::vector<Unit>& tokens, const Strategy& strategy) {
  std::vector<Unit> words;
  for (size_t begin = 0, end = 0; begin < tokens.size(); begin = end) {
    while (end < tokens.size() && window.word_ids[tokens[end].token] == window.word_ids[tokens[begin].token]) ++end;
    const std::span<const Unit> own = std::span(tokens).subspan(begin, end - begin);
    words.push_back({.scores = strategy.word_scores(own),
                     .token = own.front().token,
                     .bytes = {own.front().bytes.begin, own.back().bytes.end}});
  }
  return words;
}

bool continues(const metric::Tag& before, const metric::Tag& tag) {
  using Role = metric::TagRole;
  const bool is_open = before.role == Role::kBegin || before.role == Role::kInside;
  return is_open && before.type == tag.type;
}

// Whether the scheme of the tags allows this pair; `before` null: at the beginning, `tag` null: at the end.
class Grammar {
 public:
  explicit Grammar(const metric::TagSet& tags) : tags_(tags) {
    for (size_t id = 0; id < tags.size(); ++id) {
      has_begin_ = has_begin_ || tags.tag(id).role == metric::TagRole::kBegin;
      has_end_ = has_end_ || tags.tag(id).role == metric::TagRole::kEnd;
    }
  }
  bool allows(const metric::Tag* before, const metric::Tag* tag) const {
    using Role = metric::TagRole;
    const bool goes_on = tag != nullptr && (tag->role == Role::kInside || tag->role == Role::kEnd);
    if (goes_on && has_begin_) return before != nullptr && continues(*before, *tag);
    // With tags that end an entity, one that has begun must go on.
    const bool is_open = before != nullptr && (before->role == Role::kBegin || before->role == Role::kInside);
    return !(has_end_ && is_open) || goes_on;
  }

 private:
  const metric::TagSet& tags_;
  bool has_begin_ = false, has_end_ = false;
};

// Viterbi's algorithm: the allowed sequence of tags with the highest product of probabilities. Its time grows with the
// square of the tags.
void decode_constrained(const metric::TagSet& tags, std::vector<Unit>& units) {
  constexpr size_t kMaxTags = 512;
  if (tags.size() > kMaxTags) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("constrained decoding takes at most {} tags, the model has {}", kMaxTags, tags.size()),
                "leave constrained_decoding out");
  }
  if (units.empty()) return;
  const Grammar grammar(tags);
  const size_t num_tags = tags.size();
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  const auto log_of = [](float probability) { return std::log(std::max(static_cast<double>(probability), 1e-30)); };
  std::vector<double> best(num_tags);
  for (size_t id = 0; id < num_tags; ++id) {
    best[id] = grammar.allows(nullptr, &tags.tag(id)) ? log_of(units.front().scores[id]) : kNever;
  }
  std::vector<std::vector<size_t>> from;  // of each later unit: the tag before, for each tag
  for (size_t i = 1; i < units.size(); ++i) {
    std::vector<double> next(num_tags, kNever);
    std::vector<size_t>& before = from.emplace_back(num_tags);
    for (size_t id = 0; id < num_tags; ++id) {
      for (size_t other = 0; other < num_tags; ++other) {
        if (best[other] <= next[id] || !grammar.allows(&tags.tag(other), &tags.tag(id))) continue;
        next[id] = best[other];
        before[id] = other;
      }
      next[id] += log_of(units[i].scores[id]);
    }
    best = std::move(next);
  }
  for (size_t id = 0; id < num_tags; ++id) {
    if (!grammar.allows(&tags.tag(id), nullptr)) best[id] = kNever;
  }
  size_t tag = static_cast<size_t>(std::ranges::max_element(best) - best.begin());
  for (size_t i = units.size(); i-- > 0;) {
    units[i].tag = tag;
    if (i > 0) tag = from[i - 1][tag];
  }
}

std::vector<Unit> decoded(const metric::TagSet& tags, const text::Encoding& window, std::span<const float> logits,
                          const Strategy& strategy, bool is_constrained) {
  const Probabilities probabilities(logits, tags.size());
  std::vector<Unit> units = tokens_of(window, probabilities);
  if (strategy.word_scores != nullptr) units = words_of(window, units, strategy);
  for (Unit& unit : units) unit.tag = best_of(unit.scores);
  if (is_constrained) decode_constrained(tags, units);
  for (Unit& unit : units) unit.score = unit.scores[unit.tag];
  return units;
}

std::string_view type_name(const metric::TagSet& tags, size_t id) {
  const metric::Tag& tag = tags.tag(id);
  return tag.type < 0 ? std::string_view(tags.names()[id]) : tags.types()[static_cast<size_t>(tag.type)];
}

// True if the unit belongs to the same group as the one before it. Units outside of entities are groups too, which
// ignore_labels usually removes.
bool is_same_group(const metric::Tag& before, const metric::Tag& tag) {
  using Role = metric::TagRole;
  if (tag.role == Role::kOutside || before.role == Role::kOutside) return tag.role == before.role;
  const bool begins = tag.role == Role::kBegin || tag.role == Role::kSingle;
  const bool is_closed = before.role == Role::kEnd || before.role == Role::kSingle;
  return !begins && !is_closed && tag.type == before.type;
}

std::vector<Found> grouped(const metric::TagSet& tags, const std::vector<Unit>& units) {
  std::vector<Found> groups;
  for (size_t begin = 0, end = 0; begin < units.size(); begin = end) {
    double sum = 0;
    do {
      sum += units[end++].score;
    } while (end < units.size() && is_same_group(tags.tag(units[end - 1].tag), tags.tag(units[end].tag)));
    groups.push_back({.label = type_name(tags, units[begin].tag),
                      .score = sum / static_cast<double>(end - begin),
                      .token = units[begin].token,
                      .bytes = {units[begin].bytes.begin, units[end - 1].bytes.end}});
  }
  return groups;
}

// Of entities that overlap, the longest is kept, of equally long ones that with the highest score.
std::vector<Found> without_overlaps(std::vector<Found> found) {
  if (found.empty()) return found;
  std::ranges::stable_sort(found, {}, [](const Found& entity) { return entity.bytes.begin; });
  std::vector<Found> kept;
  Found last = found.front();
  for (const Found& entity : found) {
    if (entity.bytes.begin >= last.bytes.end) {
      kept.push_back(last);
      last = entity;
      continue;
    }
    const uint32_t length = entity.bytes.end - entity.bytes.begin, last_length = last.bytes.end - last.bytes.begin;
    if (length > last_length || (length == last_length && entity.score > last.score)) last = entity;
  }
  kept.push_back(last);
  return kept;
}

class EntityAnswer final : public Answer {
 public:
  EntityAnswer(const metric::TagSet& tags, const Question& question, const Outputs& outputs,
               const AnswerOptions& options)
      : text_(question.text) {
    const Strategy& strategy = find_row(kStrategies, "aggregation_strategy", options.aggregation_strategy);
    const bool is_grouped = strategy.name != "none";
    for (size_t i = 0; i < question.windows.size(); ++i) {
      const std::vector<Unit> units =
          decoded(tags, question.windows[i], outputs.windows[i], strategy, options.constrained_decoding);
      if (is_grouped) {
        for (Found& group : grouped(tags, units)) found_.push_back(group);
        continue;
      }
      for (const Unit& unit : units) {
        found_.push_back({tags.names()[unit.tag], false, unit.score, unit.token, unit.bytes});
      }
    }
    std::erase_if(found_, [&](const Found& entity) {
      return std::ranges::find(options.ignore_labels, entity.label) != options.ignore_labels.end();
    });
    if (question.windows.size() > 1) found_ = without_overlaps(std::move(found_));
    std::vector<text::Offset> bytes;
    for (const Found& entity : found_) bytes.push_back(entity.bytes);
    places_ = text::to_character_offsets(text_, bytes);
  }

  Json response() const override {
    Json list = Json::array();
    for (size_t i = 0; i < found_.size(); ++i) {
      const Found& entity = found_[i];
      Json item = {{entity.is_group ? "entity_group" : "entity", entity.label},
                   {"score", shortest_double(static_cast<float>(entity.score))}};
      if (!entity.is_group) item["index"] = entity.token;
      item["word"] = word(entity);
      item["start"] = places_[i].begin;
      item["end"] = places_[i].end;
      list.push_back(std::move(item));
    }
    return list;
  }

  Json json() const override { return {{"entities", response()}}; }

  std::string text() const override {
    std::string text;
    for (const Found& entity : found_) {
      text += fmt::format("{}{}: {} {:.4f}", text.empty() ? "" : ", ", entity.label, word(entity), entity.score);
    }
    return text.empty() ? "no entities" : text;
  }

  std::vector<table::Value> cells() const override {
    return {response().dump(-1, ' ', false, Json::error_handler_t::replace)};
  }

 private:
  std::string word(const Found& entity) const {
    return text_.substr(entity.bytes.begin, entity.bytes.end - entity.bytes.begin);
  }

  const std::string& text_;
  std::vector<Found> found_;
  std::vector<text::Offset> places_;  // of found_, in code points
};

// The bytes of `text` from one code point to another; nullopt if it has fewer.
std::optional<text::Offset> bytes_of(std::string_view text, uint64_t start, uint64_t end) {
  text::Offset bytes;
  uint64_t points = 0;
  bool has_start = false;
  for (size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    if (points == start) {
      bytes.begin = static_cast<uint32_t>(at);
      has_start = true;
    }
    if (points == end) {
      bytes.end = static_cast<uint32_t>(at);
      return has_start && bytes.begin < bytes.end ? std::optional(bytes) : std::nullopt;
    }
    ++points;
  }
  return std::nullopt;
}

// Where a part of the whole text is in a variant of it.
text::Offset part_in_variant(text::Offset part, const Cut& cut) {
  const uint32_t num_lacking = cut.lacks.end - cut.lacks.begin;
  const auto moved = [&](uint32_t at) {
    if (at >= cut.lacks.end) return at - num_lacking;
    return std::min(at, cut.lacks.begin);
  };
  const auto from_begin = [&](uint32_t at) { return at - std::min(at, cut.begin); };
  return {from_begin(moved(part.begin)), from_begin(moved(part.end))};
}

double mean_probability(const metric::TagSet& tags, int32_t type, const Question& question, const Outputs& outputs,
                        text::Offset part) {
  double sum = 0;
  size_t count = 0;
  for (size_t i = 0; i < question.windows.size(); ++i) {
    const text::Encoding& window = question.windows[i];
    const Probabilities probabilities(outputs.windows[i], tags.size());
    for (size_t token = 0; token < window.ids.size(); ++token) {
      const text::Offset bytes = window.offsets[token];
      if (window.word_ids[token] < 0 || bytes.begin < part.begin || bytes.end > part.end) continue;
      ++count;
      for (size_t id = 0; id < tags.size(); ++id) {
        if (tags.tag(id).type == type) sum += probabilities.row(token)[id];
      }
    }
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

}  // namespace

std::unique_ptr<Answer> entity_answer(const metric::TagSet& tags, const Question& question, const Outputs& outputs,
                                      const AnswerOptions& options) {
  return std::make_unique<EntityAnswer>(tags, question, outputs, options);
}

FollowedScore followed_entity(const metric::TagSet& tags, const ExplainOptions& options, const Question& question) {
  if (options.label.empty()) {
    throw Error(ErrorKind::kUsage, "label is missing", "give label, start and end of an entity of POST /predict");
  }
  const auto type = tags.type(options.label);
  if (!type) throw unknown_name(ErrorKind::kUsage, "label", shortened(options.label, 64), tags.types());
  if (!options.start || !options.end) {
    throw Error(ErrorKind::kUsage, fmt::format("{} is missing", options.start ? "end" : "start"),
                "give label, start and end of an entity of POST /predict");
  }
  const auto part = bytes_of(question.text, *options.start, *options.end);
  if (!part) {
    throw Error(ErrorKind::kUsage, fmt::format("the text has no part from {} to {}", *options.start, *options.end),
                "start and end count code points; end is the first one after the part");
  }
  return {.label = options.label,
          .of =
              [&tags, type = *type, part = *part](const Question& variant, const Outputs& outputs, const Cut& cut) {
                return mean_probability(tags, type, variant, outputs, part_in_variant(part, cut));
              },
          .near_ties = {}};
}

}  // namespace hone::task
