// Follows aggregate(), group_entities() and aggregate_overlapping_entities() of transformers'
// TokenClassificationPipeline. Differs from it in two points: the pipeline guesses from lengths of tokens whether a
// token continues a word, and it knows only the prefixes B- and I-.
#include "task/entity_answers.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>

#include "base/error.h"
#include "base/names.h"
#include "base/utf8.h"
#include "task/tag_decoding.h"

namespace hone::task {

namespace {

struct Found {
  std::string_view label;
  bool is_group = true;
  double score = 0;
  size_t token = 0;
  text::Offset bytes;
};

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

std::vector<Found> grouped(const metric::TagSet& tags, const std::vector<TaggedUnit>& units) {
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
    if (options.merges_windows) {
      for (size_t i = 0; i < question.windows.size(); ++i) {
        add_entities(tags, question.windows[i], outputs.windows[i], options);
      }
    } else {
      const TokenLogits text = over_windows(question.windows, outputs.windows, tags.size());
      add_entities(tags, text.tokens, text.logits, options);
    }
    std::erase_if(found_, [&](const Found& entity) {
      return std::ranges::find(options.ignore_labels, entity.label) != options.ignore_labels.end();
    });
    if (options.merges_windows && question.windows.size() > 1) found_ = without_overlaps(std::move(found_));
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
  void add_entities(const metric::TagSet& tags, const text::Encoding& tokens, std::span<const float> logits,
                    const AnswerOptions& options) {
    const std::vector<TaggedUnit> units =
        decode_tags(tags, tokens, logits, options.aggregation_strategy, options.constrained_decoding);
    if (options.aggregation_strategy != "none") {
      for (const Found& group : grouped(tags, units)) found_.push_back(group);
      return;
    }
    for (const TaggedUnit& unit : units) {
      found_.push_back({tags.names()[unit.tag], false, unit.score, unit.token, unit.bytes});
    }
  }

  std::string word(const Found& entity) const {
    return text_.substr(entity.bytes.begin, entity.bytes.end - entity.bytes.begin);
  }

  const std::string& text_;
  std::vector<Found> found_;
  std::vector<text::Offset> places_;  // of found_, in code points
};

// The bytes of `text` from one code point to another; nullopt if the part is empty or beyond the text.
std::optional<text::Offset> bytes_of(std::string_view text, uint64_t start, uint64_t end) {
  const size_t first = byte_of_code_point(text, start), last = byte_of_code_point(text, end);
  if (start >= end || last == std::string_view::npos) return std::nullopt;
  return text::Offset{static_cast<uint32_t>(first), static_cast<uint32_t>(last)};
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

class FollowedEntity final : public FollowedScore {
 public:
  FollowedEntity(const metric::TagSet& tags, int32_t type, text::Offset part) : tags_(tags), type_(type), part_(part) {}

  std::string label() const override { return tags_.types()[static_cast<size_t>(type_)]; }

  double of(const Question& variant, const Outputs& outputs, const Cut& cut) const override {
    const text::Offset part = part_in_variant(part_, cut);
    const TokenLogits text = over_windows(variant.windows, outputs.windows, tags_.size());
    const std::vector<float> probabilities = tag_probabilities(text.logits, tags_.size());
    double sum = 0;
    size_t count = 0;
    for (size_t token = 0; token < text.tokens.ids.size(); ++token) {
      const text::Offset bytes = text.tokens.offsets[token];
      if (text.tokens.word_ids[token] < 0 || bytes.begin < part.begin || bytes.end > part.end) continue;
      ++count;
      for (size_t id = 0; id < tags_.size(); ++id) {
        if (tags_.tag(id).type == type_) sum += probabilities[token * tags_.size() + id];
      }
    }
    return count == 0 ? 0 : sum / static_cast<double>(count);
  }

 private:
  const metric::TagSet& tags_;
  int32_t type_;
  text::Offset part_;
};

}  // namespace

std::unique_ptr<Answer> entity_answer(const metric::TagSet& tags, const Question& question, const Outputs& outputs,
                                      const AnswerOptions& options) {
  return std::make_unique<EntityAnswer>(tags, question, outputs, options);
}

std::unique_ptr<FollowedScore> followed_entity(const metric::TagSet& tags, const ExplainOptions& options,
                                               const Question& question) {
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
  return std::make_unique<FollowedEntity>(tags, *type, *part);
}

}  // namespace hone::task
