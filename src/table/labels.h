// Maps the cells of label columns to classes. LabelMap decides once, for all splits of a run, which classes exist. It
// uses four sources: names that the user gives, names that a file declares (ClassLabel of HF datasets), names of a
// trained model, and the cells. docs/datasets.md lists the rules.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "table/label_cell.h"
#include "table/rows.h"

namespace hone::table {

// One split of a run. Notes use its `name` ("train", "validation").
struct LabelledSplit {
  std::string name;
  Rows rows;
  // Its labels become classes. False for rows that are only looked at when the training has ended.
  bool decides_labels = true;
};

struct LabelSources {
  // Required names in the order of their ids: the user's, or those of the evaluated model. May be empty. A model may
  // have two equal names; a cell with such a name means the first class.
  std::vector<std::string> names;
  // Names of the model that training starts from. LabelMap uses them only if they fit the rows.
  std::vector<std::string> model_names;
  std::optional<int64_t> num_labels;
};

// What one cell means.
struct Label {
  enum class Kind {
    kClass,       // `id`
    kMissing,     // null, NaN or blank
    kUnlabelled,  // -1, which HF datasets stores for rows without a label
    kUnknown,     // none of the classes
  };
  Kind kind = Kind::kMissing;
  int64_t id = -1;
};

class LabelReader;

class LabelMap {
 public:
  // Decides for all splits that decide labels together; the first one is the training split, or the only one. Errors:
  // kInput if there is no label at all, for fractions (those need regression), for more than kMaxClasses classes, and
  // for splits that declare unrelated names; kUnsupported for lists or objects; kUsage if num_labels contradicts the
  // rows.
  static LabelMap decide(std::span<const LabelledSplit> splits, std::string_view label_column,
                         const LabelSources& sources);
  static LabelMap decide(const Rows& rows, std::string_view label_column, const LabelSources& sources = {});
  // Makes a map from names in the order of their ids. Errors (kUsage): no name, an empty name, or a repeated name.
  static LabelMap from_names(std::vector<std::string> id2label);

  LabelMap() = default;  // no classes

  int64_t size() const { return static_cast<int64_t>(names_.size()); }
  // Returns false if the names are LABEL_0, LABEL_1, ...
  bool is_named() const { return named_; }
  // Returns false if neither the user nor a file declares the classes, so that they come from the cells.
  bool is_declared() const { return declared_; }
  const std::vector<std::string>& id2label() const { return names_; }
  // Returns the id of the class with this name, or nullopt.
  std::optional<int64_t> id(std::string_view name) const;

  // Reads the label column of a whole split.
  LabelReader reader(const Rows& rows, std::string_view label_column) const;
  // Returns the id of every row. Errors: those of LabelReader::id_at.
  std::vector<int64_t> ids(const Rows& rows, std::string_view label_column) const;

  // Sentences about decisions that the user may not expect, such as "the labels 1, 2, 5 get the ids 0 to 2".
  const std::vector<std::string>& notes() const { return notes_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

  static constexpr size_t kMaxClasses = 10'000;

 private:
  friend class LabelReader;
  friend class LabelDecision;
  LabelMap(std::vector<std::string> names, bool declared);

  std::vector<std::string> names_;
  std::unordered_map<std::string, int64_t, TextHash, std::equal_to<>> ids_;
  bool named_ = true, declared_ = true;
  bool has_integer_names_ = false;
  std::vector<int64_t> cell_ids_;  // ids in cells -> ids of names_, if the user's order differs; else empty
  std::vector<std::string> notes_, warnings_;
};

// Reads the label column of one split. The LabelMap must outlive the reader.
class LabelReader {
 public:
  LabelReader(const LabelMap& labels, const Rows& rows, std::string_view label_column);

  Label read(uint64_t row) const;
  // Returns the id of the row's class. Errors (kInput): `train.csv:17: label "postive" is not one of NEGATIVE,
  // POSITIVE`; `label 7 is not below the number of labels, 3`; no label.
  int64_t id_at(uint64_t row) const;
  // Returns "label is null", "label is nan", "label is blank" or "label is -1" for a row without a label; else "".
  std::string problem(uint64_t row) const;
  const LabelCellReader& cells() const { return cells_; }
  // A warning about the translation of the file's declared names to ids, if the user may not expect it; else empty.
  const std::string& warning() const { return warning_; }

 private:
  Label read_declared(const LabelCell& cell) const;
  Label read_named(const LabelCell& cell) const;
  static bool is_mark(const LabelCell& cell);
  void translate_declared();
  Error unknown_label(uint64_t row, const std::string& place) const;

  const LabelMap& labels_;
  Rows rows_;
  LabelCellReader cells_;
  std::vector<int64_t> declared_ids_;  // ids in the file -> ids of the classes; -1: not one of the classes
  bool all_marked_ = false;            // every cell that is not missing is -1
  std::string warning_;
};

// Parses the names in an option: "NEGATIVE,POSITIVE", or JSON: {"0": "NEGATIVE", "1": "POSITIVE"} or ["NEGATIVE",
// "POSITIVE"]. Errors (kUsage): text in another form.
std::vector<std::string> label_names_of_option(std::string_view text);

}  // namespace hone::table
