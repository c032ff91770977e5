// Rows with a text and its target: a translation or a summary. Needs no torch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "table/rows.h"
#include "task/options.h"

namespace hone::task {

// Where the two texts of a row are: in two columns, or under two keys of one column, such as {"en": ..., "de": ...}.
struct PairColumns {
  std::string text, target;  // columns, or keys of `both`
  std::optional<std::string> both;
};

// Returns the columns that the options name; else those of the languages; else a column "translation" of objects; else
// usual names, such as "article" and "highlights". Errors: kUsage for objects without the two languages; kInput if no
// column fits.
PairColumns find_pair_columns(const table::Rows& rows, const RowOptions& options, const Seq2SeqOptions& seq2seq);

struct TextPair {
  std::optional<std::string> text, target;  // nullopt: missing or blank
};

// Reads the pairs of rows.
class PairReader {
 public:
  PairReader(const table::Rows& rows, const PairColumns& columns);

  TextPair read(uint64_t row) const;
  // Returns what a row lacks, such as "the target is blank"; empty if it is complete.
  std::string problem(uint64_t row) const;

 private:
  PairColumns columns_;
  table::Column text_, target_;  // equal if one column has both
};

}  // namespace hone::task
