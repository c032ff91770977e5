// Reads label cells without knowing the classes: a cell is missing, a text, an integer, a boolean, or a number that
// cannot name a class. LabelMap (labels.h) decides which class it means.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "table/rows.h"

namespace hone::table {

// Lets a map with keys of std::string look up a std::string_view.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// Any signed or unsigned 64-bit integer.
__extension__ using LabelInteger = __int128;

std::string integer_text(LabelInteger integer);

// Returns the integer if `text` is its canonical form, as std::to_string writes it: "12" and "-1", but not "01", "+1",
// "-0" or " 1".
std::optional<LabelInteger> canonical_integer(std::string_view text);

struct LabelCell {
  enum class Kind {
    kMissing,  // null, NaN or blank
    kText,     // `text`; also `integer` if the text is its canonical form
    kInteger,  // `integer`; also `text` if the file holds text (csv)
    kFlag,     // `integer` is 0 or 1; also `text` if the file holds text (csv)
    kNumber,   // a fraction, or a number that does not fit into 64 bits
  };
  Kind kind = Kind::kMissing;
  std::string_view text;  // without the white space around it; empty if the file holds no text
  bool is_trimmed = false;
  std::optional<LabelInteger> integer;

  // Returns the name of the class that this cell declares: its text, "True", "False", or the digits of the integer.
  std::string name() const;
  // Returns the value of a boolean or of a number that is 0 or 1, else nullopt.
  std::optional<bool> flag() const;
};

// Reads the cells of one label column. Errors (kUnsupported): a column of lists or objects.
class LabelCellReader {
 public:
  explicit LabelCellReader(Column column);

  const Column& column() const { return column_; }
  LabelCell read(uint64_t row) const;
  // Returns the cell for messages: its text, or its value as Python writes it.
  std::string text(uint64_t row) const;

 private:
  Column column_;
};

}  // namespace hone::table
