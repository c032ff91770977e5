// Reads rows whose words have tags: a list of words beside a list of tags, or a text beside a list of its labelled
// spans.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/rows.h"

namespace hone::table {

struct TaggedColumns {
  std::string text;  // lists of words; with are_spans: texts
  std::string tags;  // lists of tags; with are_spans: lists of spans
  bool are_spans = false;
};

// Returns the given columns if their names are not empty, else those found by name: "tokens" or "words" beside
// "ner_tags", "tags", "labels" ...; or "spans", "entities", "labels" ... beside a text, if the lists hold spans.
// Returns nullopt if the rows have no such columns. Error (kInput): a given name is unknown, or spans have no text.
std::optional<TaggedColumns> find_tagged_columns(const Rows& rows, std::string_view given_text,
                                                 std::string_view given_tags);
// The same. Error (kInput): the rows have no such columns.
TaggedColumns choose_tagged_columns(const Rows& rows, std::string_view given_text, std::string_view given_tags);

// A labelled part of a text; `begin` and `end` are code points, end exclusive.
struct TaggedSpan {
  uint32_t begin = 0, end = 0;
  std::string label;
};

struct TaggedRow {
  std::vector<std::string> words, tags;  // equally many; an empty tag: the word has none (null or -100)
  std::string text;                      // with are_spans, instead of words
  std::vector<TaggedSpan> spans;         // by begin, without overlaps
};

class TaggedRowReader {
 public:
  // `names` of tags by id, for integers in a column that declares no names (ClassLabel). May be empty: then an integer
  // is its own name.
  TaggedRowReader(const Rows& rows, const TaggedColumns& columns, std::vector<std::string> names = {});

  // Returns nullopt if one of the two cells is null. Errors (kInput), each with the row's location: cells of another
  // form; unequally many words and tags; an id without a name; a span outside of the text, without a label, or over
  // another span.
  std::optional<TaggedRow> read(uint64_t row) const;

  // True if the tags are integers and no names are known.
  bool are_unnamed(uint64_t row) const;

 private:
  void read_words(uint64_t row, TaggedRow& result) const;
  void read_spans(uint64_t row, TaggedRow& result) const;
  std::string name_of_id(uint64_t row, int64_t id) const;

  Rows rows_;
  bool are_spans_;
  Column text_, tags_;
  std::vector<std::string> names_;
};

}  // namespace hone::table
