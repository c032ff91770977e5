// Reads the rows of token classification for a set of tags: the words of each row, their places in its text, and their
// tags. Rows of words are shown as a text with spaces between the words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metric/tags.h"
#include "table/tagged_rows.h"
#include "task/token_targets.h"
#include "text/tokenizer.h"

namespace hone::task {

struct TaggedText {
  std::string text;
  std::vector<text::Offset> words;  // code points of `text`
  std::vector<int32_t> tags;        // ids, or kNoTag; beside words
};

// Joins words with spaces. Puts none between two Chinese or Japanese characters. `places` gets the words' code points.
std::string join_words(const std::vector<std::string>& words, std::vector<text::Offset>& places);

// An entity in the text of its row, in code points.
struct PlacedEntity {
  uint32_t begin = 0, end = 0;
  std::string_view type;
};

// The entities of tags (ids) that stand for words of a text: `word_numbers` beside `tags`, ascending.
std::vector<PlacedEntity> placed_entities(const metric::TagSet& tags, std::span<const int32_t> ids,
                                          std::span<const uint32_t> word_numbers, std::span<const text::Offset> words);

class TaggedTextReader {
 public:
  TaggedTextReader(const table::Rows& rows, const table::TaggedColumns& columns, const metric::TagSet& tags,
                   const std::vector<std::string>& names_of_ids)
      : rows_(rows), columns_(columns), tags_(tags), reader_(rows, columns, names_of_ids) {}

  const table::TaggedColumns& columns() const { return columns_; }

  // The words and tags, or the text and spans, as they are in the row. Errors (kInput): those of TaggedRowReader.
  table::TaggedRow raw(uint64_t row) const;
  // The ids of the tags of a row's words. Error (kInput): an unknown tag, with the row, the word and the nearest tag.
  std::vector<int32_t> tags_of_words(const table::TaggedRow& raw, uint64_t row) const;
  // Error (kInput): a span whose label is not a type of the tags.
  void check_spans(const table::TaggedRow& raw, uint64_t row) const;
  // Everything. `tokenizer` divides texts with spans into words.
  TaggedText read(uint64_t row, const text::Tokenizer& tokenizer) const;

 private:
  table::Rows rows_;
  table::TaggedColumns columns_;
  const metric::TagSet& tags_;
  table::TaggedRowReader reader_;
};

}  // namespace hone::task
