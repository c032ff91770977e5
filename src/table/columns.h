// Finds the columns that hold the text and the label by their usual names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/rows.h"

namespace hone::table {

struct TextColumns {
  std::string text;
  std::optional<std::string> text_pair;  // of pair data sets: sentence2, hypothesis
};

// Finds the text column, and the second one of a pair, by name: sentence1/sentence2, premise/hypothesis,
// question/sentence, "#1 String"/"#2 String" ..., then text, sentence, review, content, comment ...; else the only
// string column that is not a label. Ignores case. Error (kInput): no column or several columns match; the hint lists
// the columns.
TextColumns find_text_columns(const Rows& rows);

// Finds the label column by name: label, labels, sentiment, class, category, target, rating, ... Error (kInput): no
// column matches; the hint lists the columns.
std::string find_label_column(const Rows& rows);

// Return the given column if its name is not empty, else the one found by name. Error (kInput): no such column.
TextColumns choose_text_columns(const Rows& rows, std::string_view given_text, std::string_view given_pair);
std::string choose_label_column(const Rows& rows, std::string_view given);

}  // namespace hone::table
