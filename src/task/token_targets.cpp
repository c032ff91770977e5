#include "task/token_targets.h"

#include <algorithm>
#include <optional>

#include "base/error.h"

namespace hone::task {

namespace {

using metric::TagRole;

// The tag of word `i` of an entity of `count` words. If the scheme lacks the right one, the nearest that the type has.
std::optional<size_t> tag_of_word(const metric::TagSet& tags, int32_t type, size_t i, size_t count) {
  using enum TagRole;
  const bool prefers_inside = tags.scheme().name == "IOB1" || (i > 0 && i + 1 < count);
  if (prefers_inside) return tags.id(type, {kInside, kBegin, kEnd, kSingle});
  if (count == 1) return tags.id(type, {kSingle, kBegin, kInside, kEnd});
  if (i == 0) return tags.id(type, {kBegin, kInside, kSingle, kEnd});
  return tags.id(type, {kEnd, kInside, kBegin, kSingle});
}

// A token of a word, where a window holds it.
struct PlacedToken {
  size_t token = 0;  // of the whole text
  int32_t word = 0;
  uint32_t position = 0;
};

// In the order of the text; the places of a token by their window.
std::vector<PlacedToken> tokens_of_words(std::span<const text::Encoding> windows) {
  std::vector<PlacedToken> tokens;
  uint32_t position = 0;
  for (const text::Encoding& window : windows) {
    for (size_t i = 0; i < window.word_ids.size(); ++i, ++position) {
      if (window.word_ids[i] >= 0) tokens.push_back({window.window_begin + i, window.word_ids[i], position});
    }
  }
  if (windows.size() > 1) std::ranges::stable_sort(tokens, {}, &PlacedToken::token);
  return tokens;
}

}  // namespace

std::span<const int32_t> TokenTargets::of_row(uint64_t row) const {
  return std::span(tags).subspan(offsets[row], num_of_row(row));
}

std::span<const uint32_t> TokenTargets::words_of_row(uint64_t row) const {
  return std::span(words).subspan(offsets[row], num_of_row(row));
}

std::span<const uint32_t> TokenTargets::positions_of_row(uint64_t row) const {
  const uint64_t begin = places[offsets[row]];
  return std::span(positions).subspan(begin, places[offsets[row + 1]] - begin);
}

void add_targets(std::span<const text::Encoding> windows, std::span<const int32_t> tags_of_words,
                 const metric::TagSet& tags, bool all_tokens, TokenTargets& targets) {
  const std::vector<PlacedToken> tokens = tokens_of_words(windows);
  int32_t before = -1;
  uint64_t num_lost = tags_of_words.size() - static_cast<size_t>(std::ranges::count(tags_of_words, kNoTag));
  for (size_t begin = 0, end = 0; begin < tokens.size(); begin = end) {
    while (end < tokens.size() && tokens[end].token == tokens[begin].token) ++end;
    const int32_t word = tokens[begin].word;
    const bool is_first = word != before;
    before = word;
    if (!is_first && !all_tokens) continue;
    const int32_t tag = tags_of_words[static_cast<size_t>(word)];
    if (tag == kNoTag) continue;
    num_lost -= is_first;
    for (size_t i = begin; i < end; ++i) targets.positions.push_back(tokens[i].position);
    targets.places.push_back(targets.positions.size());
    targets.words.push_back(static_cast<uint32_t>(word));
    targets.tags.push_back(is_first ? tag : static_cast<int32_t>(tags.continuation(static_cast<size_t>(tag))));
  }
  targets.num_lost_words += num_lost;
  targets.offsets.push_back(targets.size());
}

std::vector<text::Offset> words_of(std::string_view text, const text::Encoding& encoding) {
  std::vector<text::Offset> words;
  const std::vector<text::Offset> places = text::to_character_offsets(text, encoding.offsets);
  for (size_t token = 0; token < encoding.word_ids.size(); ++token) {
    if (encoding.word_ids[token] < 0) continue;
    const auto word = static_cast<size_t>(encoding.word_ids[token]);
    if (word >= words.size()) {
      words.resize(word + 1, places[token]);
    } else {
      words[word].end = std::max(words[word].end, places[token].end);
    }
  }
  return words;
}

std::vector<int32_t> tags_of_spans(std::span<const text::Offset> words, std::span<const table::TaggedSpan> spans,
                                   const metric::TagSet& tags) {
  const auto outside = tags.id("O");
  std::vector<int32_t> result(words.size(), outside ? static_cast<int32_t>(*outside) : kNoTag);
  std::vector<bool> is_taken(words.size());
  for (const table::TaggedSpan& span : spans) {
    std::vector<size_t> own;
    const auto first = std::ranges::upper_bound(words, span.begin, {}, &text::Offset::end);
    for (auto word = static_cast<size_t>(first - words.begin()); word < words.size(); ++word) {
      if (words[word].begin >= span.end) break;
      if (!is_taken[word]) own.push_back(word);
    }
    const auto type = tags.type(span.label);
    check_internal(type.has_value(), "the tags have the type of the span");
    for (size_t i = 0; i < own.size(); ++i) {
      const auto tag = tag_of_word(tags, *type, i, own.size());
      check_internal(tag.has_value(), "the tags have one of the type");
      result[own[i]] = static_cast<int32_t>(*tag);
      is_taken[own[i]] = true;
    }
  }
  return result;
}

}  // namespace hone::task
