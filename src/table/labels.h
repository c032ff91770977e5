// What the cells of a label column mean: missing, unlabelled, or a class with its id. This is decided once for all
// splits of a run, from four sources: names that the user gives, names that a file declares (ClassLabel of HF
// datasets), names of a trained model, and the cells. docs/datasets.md lists the rules.
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

// One split of a run. `name` ("train", "validation") is used in notes.
struct LabelledSplit {
  std::string name;
  Rows rows;
};

struct LabelSources {
  // Names that must be used, in the order of their ids: the user's, or those of the model that is evaluated. May be
  // empty. A model's names may be equal; such a name in a cell means the first class that has it.
  std::vector<std::string> names;
  // Names of the model that training starts from. They are used only if they fit the rows.
  std::vector<std::string> model_names;
  std::optional<int64_t> num_labels;
};

// What one cell means.
struct Label {
  enum class Kind {
    kClass,       // `id`
    kMissing,     // null, NaN or blank
    kUnlabelled,  // -1, the mark of HF datasets for rows without a label
    kUnknown,     // none of the classes
  };
  Kind kind = Kind::kMissing;
  int64_t id = -1;
};

class LabelReader;

class LabelMap {
 public:
  // Decides for all splits together; the first one is the training split (or the only one). Errors: kInput for no label
  // at all, fractions (those are for regression), more than kMaxClasses, or splits that declare unrelated names;
  // kUnsupported for lists or objects; kUsage for num_labels that contradict the rows.
  static LabelMap decide(std::span<const LabelledSplit> splits, std::string_view label_column,
                         const LabelSources& sources);
  static LabelMap decide(const Rows& rows, std::string_view label_column, const LabelSources& sources = {});
  // From names in the order of their ids. Errors (kUsage): no name, an empty one, or one twice.
  static LabelMap from_names(std::vector<std::string> id2label);

  LabelMap() = default;  // no classes

  int64_t size() const { return static_cast<int64_t>(names_.size()); }
  // False if the names are LABEL_0, LABEL_1, ...
  bool is_named() const { return named_; }
  // False if the classes are only those that the cells happen to hold.
  bool is_declared() const { return declared_; }
  const std::vector<std::string>& id2label() const { return names_; }
  // The id of the class with this name, or nullopt.
  std::optional<int64_t> id(std::string_view name) const;

  // Reads the label column of a whole split.
  LabelReader reader(const Rows& rows, std::string_view label_column) const;
  // The id of every row. Errors (kInput) as LabelReader::id_at.
  std::vector<int64_t> ids(const Rows& rows, std::string_view label_column) const;

  // Sentences about what the user may not expect, such as "the labels 1, 2, 5 get the ids 0 to 2".
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
  std::vector<int64_t> cell_ids_;  // of ids in cells, if the user's order differs from names_; else empty
  std::vector<std::string> notes_, warnings_;
};

// Reads the label column of one split with the decided classes. Valid as long as the LabelMap.
class LabelReader {
 public:
  LabelReader(const LabelMap& labels, const Rows& rows, std::string_view label_column);

  Label read(uint64_t row) const;
  // The id of the row's class. Errors (kInput): `train.csv:17: label "postive" is not one of NEGATIVE, POSITIVE`;
  // `label 7 is not below the number of labels, 3`; no label.
  int64_t id_at(uint64_t row) const;
  // "label is null", "label is nan", "label is blank" or "label is -1" for a row without a label; "" for the others.
  std::string problem(uint64_t row) const;
  const LabelCellReader& cells() const { return cells_; }
  // How the declared names of the file became ids, if that may surprise; else empty.
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
  std::vector<int64_t> declared_ids_;  // by the file's id; -1: not one of the classes
  bool all_marked_ = false;            // every cell that is not missing is -1
  std::string warning_;
};

// The names in an option: "NEGATIVE,POSITIVE", or JSON: {"0": "NEGATIVE", "1": "POSITIVE"} or ["NEGATIVE", "POSITIVE"].
// Errors (kUsage): text that holds no list of names.
std::vector<std::string> label_names_of_option(std::string_view text);

}  // namespace hone::table
