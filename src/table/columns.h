// Which columns hold the text and the label, found by the names that data sets use.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/rows.h"

namespace hone::table {

struct TextColumns {
  std::string text;
  std::optional<std::string> text_pair;  // of pair data sets, as sentence2, hypothesis
};

// The text column, and the second one of a pair, by name: sentence1/sentence2, premise/hypothesis, question/sentence,
// "#1 String"/"#2 String" ..., then text, sentence, review, content, comment ...; else the only string column that is
// not a label. Case does not matter. Error (kInput): none or several, with the columns listed.
TextColumns find_text_columns(const Rows& rows);

// label, labels, sentiment, class, category, target, rating, ...; error (kInput) listing the columns.
std::string find_label_column(const Rows& rows);

// `given` if it is not empty (an error if there is no such column), else the found one.
TextColumns choose_text_columns(const Rows& rows, std::string_view given_text, std::string_view given_pair);
std::string choose_label_column(const Rows& rows, std::string_view given);

}  // namespace hone::table
