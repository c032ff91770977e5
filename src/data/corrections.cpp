#include "data/corrections.h"

#include <algorithm>

#include "base/counted.h"
#include "base/error.h"
#include "base/names.h"
#include "table/read.h"

namespace hone::data {

namespace {

uint64_t corrected_row(const table::Rows& file, uint64_t line, const table::Rows& rows) {
  const table::Value value = file.value(line, "row");
  const auto* number = std::get_if<int64_t>(&value);
  if (number != nullptr && *number >= 0 && static_cast<uint64_t>(*number) < rows.size()) {
    return static_cast<uint64_t>(*number);
  }
  throw Error(ErrorKind::kInput,
              fmt::format("{}: \"{}\" is not the number of a row; there are {}", file.location(line),
                          table::value_text(value), counted(rows.size(), "row")),
              "rows are counted from 0 through all files, in the order in which hone data labels read them");
}

}  // namespace

LabelCorrections::LabelCorrections(const std::filesystem::path& file, const table::Rows& rows, const RowTexts& texts) {
  const table::Rows corrections = table::read_rows(file);
  const table::Column labels = corrections.column("label");
  std::optional<RowTexts> own_texts;
  if (corrections.has_column("text")) own_texts.emplace(corrections, table::TextColumns{"text", std::nullopt});
  std::string scratch, own_scratch;
  for (uint64_t line = 0; line < corrections.size(); ++line) {
    const uint64_t row = corrected_row(corrections, line, rows);
    const std::string label = label_text(labels, line);
    if (label.empty()) {
      throw Error(ErrorKind::kInput, fmt::format("{}: there is no label", corrections.location(line)),
                  "remove rows without a new label from the file");
    }
    if (const auto [found, is_new] = labels_.emplace(row, label); !is_new && found->second != label) {
      throw Error(ErrorKind::kInput, fmt::format("{}: row {} has two labels, \"{}\" and \"{}\"",
                                                 corrections.location(line), row, found->second, label));
    }
    const auto text = own_texts ? own_texts->text(line, scratch) : std::nullopt;
    if (text && *text != texts.text(row, own_scratch).value_or("")) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: row {} has another text at {}", corrections.location(line), row, rows.location(row)),
                  "give the files that hone data labels read, in the same order");
    }
  }
}

const std::string* LabelCorrections::label(uint64_t row) const {
  const auto found = labels_.find(row);
  return found == labels_.end() ? nullptr : &found->second;
}

table::Value label_cell(const std::string& label, const table::Column& column, table::ColumnType type) {
  const bool is_text = type == table::ColumnType::kString;
  if (column.has_text() && is_text) return label;
  const std::vector<std::string>& names = column.class_names();
  const auto found = std::ranges::find(names, label);
  if (found == names.end() && !names.empty()) throw unknown_name(ErrorKind::kInput, "label", label, names);
  const table::ColumnType needed = column.has_text() ? type : column.type();
  const table::Value value =
      names.empty() ? table::parse_value(label, needed) : table::Value(static_cast<int64_t>(found - names.begin()));
  if (!table::is_null(value)) return is_text ? table::Value(table::value_text(value)) : value;
  throw Error(ErrorKind::kInput,
              fmt::format("label \"{}\" does not fit column \"{}\", which holds {} values", label, column.name(),
                          table::type_name(needed)),
              column.has_text() ? "write a csv file, whose columns hold any text" : "");
}

}  // namespace hone::data
