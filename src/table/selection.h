// Selects rows: a stratified hold-out, and the rows that have a text and a label.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "table/labels.h"
#include "table/rows.h"

namespace hone::table {

// Returns {rest, held out}, both in their old order. Holds out `fraction` of the rows (0 < fraction < 1), with the same
// share of every class (rounded by largest remainder). `labels` holds the class of each row. Shuffles the rows of each
// class with permutation(seed) and holds out the first ones. At least one row of each class stays in the rest. Errors:
// kUsage for the fraction; kInput for too few rows.
std::pair<Rows, Rows> stratified_split(const Rows& rows, std::span<const int64_t> labels, double fraction,
                                       uint64_t seed);

struct Complete {
  Rows rows;
  uint64_t skipped = 0;
  std::string first_location;  // location of the first skipped row
  std::string reason;          // its reason: "text is null", "text is blank", "label is null", "label is -1"
  std::string_view missing;    // "text", "a label"

  // Returns "skipped 12 rows without text, the first: train.csv:17 (text is null)", or "" if no row was skipped.
  std::string note() const;
};

// Skips the rows for which `problem` returns a reason, such as "text is null"; an empty reason keeps the row. `missing`
// names what these rows lack. With `strict` the first such row is an error (kInput).
Complete rows_without_problem(const Rows& rows, std::string_view missing, bool strict,
                              const std::function<std::string(uint64_t row)>& problem);

// Skips rows whose text is null or blank. With `strict` the first such row is an error (kInput).
Complete rows_with_text(const Rows& rows, std::span<const std::string> text_columns, bool strict);

// Skips rows without a label, as `labels` reads them; `rows` is a whole split. Rows with an unknown label stay.
Complete rows_with_label(const Rows& rows, std::string_view label_column, const LabelMap& labels, bool strict);

}  // namespace hone::table
