#include "task/tagged_text.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/names.h"
#include "base/utf8.h"
#include "metric/entities.h"

namespace hone::task {

namespace {

// Characters of scripts that are written without spaces: Chinese and Japanese, with their punctuation and full-width
// forms.
bool is_written_without_spaces(char32_t code) {
  constexpr struct {
    char32_t first, last;
  } kRanges[] = {{0x2E80, 0x9FFF}, {0xF900, 0xFAFF}, {0xFF00, 0xFFEF}, {0x20000, 0x3FFFF}};
  return std::ranges::any_of(kRanges, [&](const auto& range) { return code >= range.first && code <= range.last; });
}

char32_t first_character(std::string_view word) {
  if (word.empty()) return 0;
  const char* p = word.data();
  return next_code_point(p);
}

char32_t last_character(std::string_view word) {
  if (word.empty()) return 0;
  const char* p = word.data() + word.size() - 1;
  while (p > word.data() && is_continuation(*p)) --p;
  return next_code_point(p);
}

std::string list_of(const std::vector<std::string>& names) {
  constexpr size_t kMaxNamed = 20;
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMaxNamed));
  return fmt::format("{}{}", fmt::join(names.begin(), end, ", "), names.size() > kMaxNamed ? ", ..." : "");
}

std::string hint_for(const std::string& name, const std::vector<std::string>& names) {
  const auto nearest = nearest_name(name, names);
  return nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                 : "check --label-column; --id2label names all tags of a training";
}

}  // namespace

std::string join_words(const std::vector<std::string>& words, std::vector<text::Offset>& places) {
  std::string text;
  uint32_t position = 0;
  for (const std::string& word : words) {
    const bool needs_space = !text.empty() && !(is_written_without_spaces(last_character(text)) &&
                                                is_written_without_spaces(first_character(word)));
    if (needs_space) text += ' ';
    const uint32_t begin = position + (needs_space ? 1 : 0);
    position = begin + static_cast<uint32_t>(count_code_points(word));
    text += word;
    places.push_back({begin, position});
  }
  return text;
}

std::vector<PlacedEntity> placed_entities(const metric::TagSet& tags, std::span<const int32_t> ids,
                                          std::span<const uint32_t> word_numbers, std::span<const text::Offset> words) {
  std::vector<metric::Tag> sequence;
  for (const int32_t id : ids) sequence.push_back(tags.tag(static_cast<size_t>(id)));
  std::vector<PlacedEntity> placed;
  for (const metric::Entity& entity : metric::entities_of(sequence)) {
    placed.push_back({words[word_numbers[entity.begin]].begin, words[word_numbers[entity.end - 1]].end,
                      tags.types()[static_cast<size_t>(entity.type)]});
  }
  return placed;
}

table::TaggedRow TaggedTextReader::raw(uint64_t row) const {
  std::optional<table::TaggedRow> read = reader_.read(row);
  check_internal(read.has_value(), "rows without words or tags were skipped");
  return std::move(*read);
}

std::vector<int32_t> TaggedTextReader::tags_of_words(const table::TaggedRow& raw, uint64_t row) const {
  std::vector<int32_t> ids;
  for (size_t i = 0; i < raw.tags.size(); ++i) {
    const std::string& name = raw.tags[i];
    const auto id = tags_.id(name);
    if (!id && !name.empty()) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: the tag \"{}\" of word {} (\"{}\") is not one of {}", rows_.location(row), name,
                              i + 1, raw.words[i], list_of(tags_.names())),
                  hint_for(name, tags_.names()));
    }
    ids.push_back(id ? static_cast<int32_t>(*id) : kNoTag);
  }
  return ids;
}

void TaggedTextReader::check_spans(const table::TaggedRow& raw, uint64_t row) const {
  for (const table::TaggedSpan& span : raw.spans) {
    if (tags_.type(span.label)) continue;
    throw Error(ErrorKind::kInput,
                fmt::format("{}: the label \"{}\" of the span from {} to {} is not one of {}", rows_.location(row),
                            span.label, span.begin, span.end, list_of(tags_.types())),
                hint_for(span.label, tags_.types()));
  }
}

TaggedText TaggedTextReader::read(uint64_t row, const text::Tokenizer& tokenizer) const {
  table::TaggedRow raw = this->raw(row);
  TaggedText result;
  if (!columns_.are_spans) {
    result.text = join_words(raw.words, result.words);
    result.tags = tags_of_words(raw, row);
    return result;
  }
  check_spans(raw, row);
  result.words = words_of(raw.text, tokenizer.encode(raw.text, {.with_offsets = true}));
  result.tags = tags_of_spans(result.words, raw.spans, tags_);
  result.text = std::move(raw.text);
  return result;
}

}  // namespace hone::task
