// The classes of a label column and their ids, decided once from the training rows (or given) and saved with the model
// as id2label and label2id.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "table/rows.h"
#include "table/value.h"

namespace hone::table {

class LabelMap {
 public:
  // From the rows of one or more splits. Names that the file declares (ClassLabel) keep their order. Otherwise:
  // integers (in any column type, floats and text too) that are exactly 0..n-1 are their own ids, unnamed (id2label
  // then gives LABEL_0, ..., as transformers does); other integers by size, with their text as name; False, True; texts
  // in byte order (that is code point order), as datasets' class_encode_column. Null, blank and -1 (datasets' "no
  // label") cells are left out, -1 only where all others are 0 or more. Errors (kInput): no label at all; a nested
  // column; fractions (that is regression), as 4.75; more than kMostClasses.
  static LabelMap from_column(const Rows& rows, std::string_view label_column);
  static LabelMap from_columns(std::span<const Rows> splits, std::string_view label_column);
  // From names in the order of their ids: given by the user, or by a trained model. Cells may then hold names or ids.
  // Errors (kUsage): none, one twice, an empty one.
  static LabelMap from_names(std::vector<std::string> id2label);
  // `text`: "NEGATIVE,POSITIVE", or JSON: {"0": "NEGATIVE", "1": "POSITIVE"} or ["NEGATIVE", "POSITIVE"]. kUsage.
  static LabelMap from_option(std::string_view text);

  int64_t size() const { return static_cast<int64_t>(names_.size()); }
  // False: the names are LABEL_i, made up here.
  bool is_named() const { return named_; }
  const std::vector<std::string>& id2label() const { return names_; }
  const std::map<std::string, int64_t>& label2id() const { return ids_; }

  // The id of a cell; nullopt: null, or not one of the labels. A text is a name first, then a number; an integer (or
  // True/False, or a float without fraction) is a name first where names are numbers (1..5), then an id.
  std::optional<int64_t> id(const Value& value) const;

  // As id(), with an error (kInput) for a cell that has none:
  // `train.csv:17: label "postive" is not one of NEGATIVE, POSITIVE`, or `label 7 is not below the number of labels,
  // 3`.
  int64_t id_at(const Rows& rows, uint64_t row, const Column& label_column) const;
  // The ids of all rows, checked.
  std::vector<int64_t> ids(const Rows& rows, std::string_view label_column) const;
  // How many rows of each id; rows without an id are not counted.
  std::vector<uint64_t> count(const Rows& rows, std::string_view label_column) const;

  // Where ids were not what the file holds, a sentence that says so ("labels 1, 2, 5 get the ids 0, 1, 2"); else "".
  const std::string& note() const { return note_; }

  static constexpr size_t kMostClasses = 10'000;

 private:
  LabelMap(std::vector<std::string> names, bool named, std::string note);

  std::vector<std::string> names_;
  std::map<std::string, int64_t> ids_;
  bool named_ = true;
  std::string note_;
};

}  // namespace hone::table
