// New labels of single rows, as the page of hone data labels saves them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "data/inputs.h"
#include "table/rows.h"
#include "table/value.h"

namespace hone::data {

class LabelCorrections {
 public:
  LabelCorrections() = default;  // no row is corrected

  // Reads a file with the columns "row" (a number of `rows`), "label" and perhaps "text", the text of that row. Errors:
  // those of the readers; kInput if a column is missing, a row has two labels, or a row does not exist or has another
  // text.
  LabelCorrections(const std::filesystem::path& file, const table::Rows& rows, const RowTexts& texts);

  // Returns the new label of the row, or null.
  const std::string* label(uint64_t row) const;
  const std::map<uint64_t, std::string>& labels() const { return labels_; }

 private:
  std::map<uint64_t, std::string> labels_;
};

// Returns the label as a cell of a written column of this type: its text, its number, or the id of the class that the
// read column declares. Error (kInput): the column cannot hold it.
table::Value label_cell(const std::string& label, const table::Column& column, table::ColumnType type);

}  // namespace hone::data
