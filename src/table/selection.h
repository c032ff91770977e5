// Which rows are used: a stratified hold-out, and leaving out rows that have no text or no label.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "table/rows.h"

namespace hone::table {

// {rest, held out}: `fraction` of the rows (0 < fraction < 1), every class in its share by largest remainder, the rows
// of both in their old order. The draw is fixed by the seed: per class, in order of first appearance, the first places
// of permutation(seed). A class of one row stays in the rest. Errors: kUsage for the fraction; kInput for too few rows.
std::pair<Rows, Rows> stratified_split(const Rows& rows, std::string_view label_column, double fraction, uint64_t seed);

struct Complete {
  Rows rows;
  uint64_t dropped = 0;
  std::string first_location;  // of the first dropped row
  std::string reason;          // of that row, as "text is null", "text is blank", "label is null", "label is -1"

  // "left out 12 rows without text or label, the first: train.csv:17 (text is null)"; "" where none was.
  std::string note() const;
};

// Leaves out rows whose text is null or blank, or whose label (column name "" = do not look) is null, blank or -1
// (datasets' mark of unlabelled rows). With `strict` the first such row is an error (kInput).
Complete drop_incomplete(const Rows& rows, std::span<const std::string> text_columns, std::string_view label_column,
                         bool strict);

}  // namespace hone::table
