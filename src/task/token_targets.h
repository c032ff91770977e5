// Which tokens of a row have a target, and which: the tags of words become the tags of their tokens.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "metric/tags.h"
#include "table/tagged_rows.h"
#include "text/tokenizer.h"

namespace hone::task {

inline constexpr int32_t kNoTag = -1;

// The targets of all rows, one after another. Each is a token of the row's text, which overlapping windows hold several
// times, and the word that it stands for.
struct TokenTargets {
  std::vector<uint64_t> offsets = {0};  // start of each row's targets, and the end
  std::vector<uint32_t> words;          // word of the row
  std::vector<int32_t> tags;            // ids
  std::vector<uint64_t> places = {0};   // start of each target's positions, and the end
  std::vector<uint32_t> positions;      // in the row's windows, one after another, special tokens included
  uint64_t num_lost_words = 0;          // words with a tag and without a token: truncated, or without any character

  uint64_t size() const { return tags.size(); }
  uint64_t num_of_row(uint64_t row) const { return offsets[row + 1] - offsets[row]; }
  // The tags of one row's targets.
  std::span<const int32_t> of_row(uint64_t row) const;
  std::span<const uint32_t> words_of_row(uint64_t row) const;
  std::span<const uint32_t> positions_of_row(uint64_t row) const;
};

// Adds the targets of a row: the first token of each word, or with `all_tokens` every token of it, where I- continues
// B- (run_ner.py's label_all_tokens). `windows` of the row, with word ids; `tags_of_words` may hold kNoTag.
void add_targets(std::span<const text::Encoding> windows, std::span<const int32_t> tags_of_words,
                 const metric::TagSet& tags, bool all_tokens, TokenTargets& targets);

// The words of a text: from the first to the last character of their tokens, in code points. `encoding` of the whole
// text, with offsets.
std::vector<text::Offset> words_of(std::string_view text, const text::Encoding& encoding);

// The tags of words for the labelled spans of their text, in the scheme of `tags`. A word that shares a character with
// a span belongs to it, to the first one if there are several. The types of the spans are in `tags`.
std::vector<int32_t> tags_of_spans(std::span<const text::Offset> words, std::span<const table::TaggedSpan> spans,
                                   const metric::TagSet& tags);

}  // namespace hone::task
