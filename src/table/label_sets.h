// Reads rows with any number of labels: a list of labels, names in one cell, or a column of 0 and 1 for each label.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "table/rows.h"

namespace hone::table {

// The columns that hold the labels of a row.
struct LabelSetColumns {
  std::vector<std::string> names;
  bool are_flags = false;       // each column holds 0 or 1 for the label of its name; else there is one column
  std::string separator = ",";  // between the names in a cell of text
};

// The labels of every row of a split. Each cell is read once. Memory grows with the labels that the rows have.
class LabelSets {
 public:
  // Errors (kInput): a cell of another form; the message names the row.
  LabelSets(const Rows& rows, const LabelSetColumns& columns);

  uint64_t size() const { return rows_.size(); }
  // Returns true if a cell of the row is null. A row with an empty list or an empty cell is not missing.
  bool is_missing(uint64_t row) const { return is_missing_[row]; }
  // Returns the labels of a row as indices of names(), in the order of the cell.
  std::span<const uint32_t> of_row(uint64_t row) const {
    return std::span(labels_).subspan(begins_[row], begins_[row + 1] - begins_[row]);
  }
  // Returns the distinct labels of all rows, in the order of their first row.
  const std::vector<std::string>& names() const { return names_; }

  // Returns [rows, K] of 0 and 1: whether the row has the label. Error (kInput): a label that is not one of `known`;
  // the message names the row, and the hint the nearest label.
  std::vector<uint8_t> flags(const std::vector<std::string>& known) const;

 private:
  Error unknown_label(uint64_t row, const std::string& name, const std::vector<std::string>& known) const;

  Rows rows_;
  std::vector<std::string> names_;
  std::vector<uint32_t> labels_;
  std::vector<uint64_t> begins_ = {0};
  std::vector<bool> is_missing_;
};

// Returns the distinct labels of all splits: integers in numeric order, then texts by code point. Error (kInput): more
// than LabelMap::kMaxClasses labels.
std::vector<std::string> label_names(std::span<const LabelSets> splits, const LabelSetColumns& columns);

}  // namespace hone::table
