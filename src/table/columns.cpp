// The column names of common data sets, in order of preference.
#include "table/columns.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/error.h"

namespace hone::table {

namespace {

struct Pair {
  std::string_view first, second;
};

// GLUE's pairs (as transformers' run_glue.py lists them), the raw files of MRPC and Quora, paws, xnli and others; in
// Chinese: sentence, text, question.
constexpr std::array<Pair, 17> kPairs = {{{"sentence1", "sentence2"},
                                          {"anchor", "positive"},
                                          {"query", "positive"},
                                          {"premise", "hypothesis"},
                                          {"question1", "question2"},
                                          {"question", "sentence"},
                                          {"question", "context"},
                                          {"question", "passage"},
                                          {"#1 string", "#2 string"},
                                          {"text1", "text2"},
                                          {"text_a", "text_b"},
                                          {"sentence_a", "sentence_b"},
                                          {"query", "passage"},
                                          {"query", "document"},
                                          {"\xE5\x8F\xA5\xE5\xAD\x90"
                                           "1",
                                           "\xE5\x8F\xA5\xE5\xAD\x90"
                                           "2"},
                                          {"\xE6\x96\x87\xE6\x9C\xAC"
                                           "1",
                                           "\xE6\x96\x87\xE6\x9C\xAC"
                                           "2"},
                                          {"\xE9\x97\xAE\xE9\xA2\x98"
                                           "1",
                                           "\xE9\x97\xAE\xE9\xA2\x98"
                                           "2"}}};

// The Chinese names are, in this order: comment content, review content, comment, review, content, body, text,
// sentence, microblog body, article, news, title.
constexpr std::array kTexts = std::to_array<std::string_view>({"text",
                                                               "sentence",
                                                               "review",
                                                               "content",
                                                               "comment",
                                                               "tweet",
                                                               "review_text",
                                                               "review_body",
                                                               "reviewtext",
                                                               "message",
                                                               "body",
                                                               "post",
                                                               "utterance",
                                                               "question",
                                                               "query",
                                                               "document",
                                                               "description",
                                                               "headline",
                                                               "input",
                                                               "instruction",
                                                               "title",
                                                               "\xE8\xAF\x84\xE8\xAE\xBA\xE5\x86\x85\xE5\xAE\xB9",
                                                               "\xE8\xAF\x84\xE4\xBB\xB7\xE5\x86\x85\xE5\xAE\xB9",
                                                               "\xE8\xAF\x84\xE8\xAE\xBA",
                                                               "\xE8\xAF\x84\xE4\xBB\xB7",
                                                               "\xE5\x86\x85\xE5\xAE\xB9",
                                                               "\xE6\xAD\xA3\xE6\x96\x87",
                                                               "\xE6\x96\x87\xE6\x9C\xAC",
                                                               "\xE5\x8F\xA5\xE5\xAD\x90",
                                                               "\xE5\xBE\xAE\xE5\x8D\x9A\xE6\xAD\xA3\xE6\x96\x87",
                                                               "\xE6\x96\x87\xE7\xAB\xA0",
                                                               "\xE6\x96\xB0\xE9\x97\xBB",
                                                               "\xE6\xA0\x87\xE9\xA2\x98"});

// In Chinese: label, sentiment label, sentiment tendency, sentiment, category, classification, type, polarity, intent,
// rating, stars.
constexpr std::array kLabels = std::to_array<std::string_view>({"label",
                                                                "labels",
                                                                "sentiment",
                                                                "class",
                                                                "category",
                                                                "target",
                                                                "intent",
                                                                "rating",
                                                                "stars",
                                                                "star",
                                                                "score",
                                                                "polarity",
                                                                "emotion",
                                                                "topic",
                                                                "coarse_label",
                                                                "label_name",
                                                                "quality",
                                                                "y",
                                                                "\xE6\xA0\x87\xE7\xAD\xBE",
                                                                "\xE6\x83\x85\xE6\x84\x9F\xE6\xA0\x87\xE7\xAD\xBE",
                                                                "\xE6\x83\x85\xE6\x84\x9F\xE5\x80\xBE\xE5\x90\x91",
                                                                "\xE6\x83\x85\xE6\x84\x9F",
                                                                "\xE7\xB1\xBB\xE5\x88\xAB",
                                                                "\xE5\x88\x86\xE7\xB1\xBB",
                                                                "\xE7\xB1\xBB\xE5\x9E\x8B",
                                                                "\xE6\x9E\x81\xE6\x80\xA7",
                                                                "\xE6\x84\x8F\xE5\x9B\xBE",
                                                                "\xE8\xAF\x84\xE5\x88\x86",
                                                                "\xE6\x98\x9F\xE7\xBA\xA7"});

std::string lower(std::string_view name) {
  std::string result(name);
  std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return result;
}

// Returns the column with this name, else one that differs only in case.
std::optional<std::string> find_name(const Rows& rows, std::string_view wanted) {
  if (rows.has_column(wanted)) return std::string(wanted);
  for (const std::string& name : rows.column_names()) {
    if (lower(name) == wanted) return name;
  }
  return std::nullopt;
}

std::optional<std::string> find_first(const Rows& rows, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    if (auto found = find_name(rows, name)) return found;
  }
  return std::nullopt;
}

std::string list_columns(const Rows& rows) {
  std::string list;
  for (const std::string& name : rows.column_names()) {
    list += fmt::format("{}\"{}\" ({})", list.empty() ? "" : ", ", name, type_name(rows.column(name).type()));
  }
  return list;
}

std::string first_place(const Rows& rows) {
  if (rows.empty()) return "";
  const std::string location = rows.location(0);
  return location.substr(0, location.rfind(':')) + ": ";
}

}  // namespace

TextColumns find_text_columns(const Rows& rows) {
  for (const Pair& pair : kPairs) {
    auto first = find_name(rows, pair.first);
    auto second = find_name(rows, pair.second);
    if (first && second && rows.column(*first).has_text() && rows.column(*second).has_text()) return {*first, second};
  }
  for (const std::string_view name : kTexts) {
    const auto found = find_name(rows, name);
    if (found && rows.column(*found).has_text()) return {*found, std::nullopt};
  }
  const auto label = find_first(rows, kLabels);
  std::vector<std::string> strings;
  for (const std::string& name : rows.column_names()) {
    if (name != label && rows.column(name).type() == ColumnType::kString) strings.push_back(name);
  }
  if (strings.size() == 1) return {strings[0], std::nullopt};
  throw Error(ErrorKind::kInput,
              fmt::format("{}{} looks like the text column", first_place(rows),
                          strings.empty() ? "no column" : "more than one column"),
              fmt::format("name it with --text-column; the columns: {}", list_columns(rows)));
}

std::string find_label_column(const Rows& rows) {
  if (const auto found = find_first(rows, kLabels)) return *found;
  throw Error(ErrorKind::kInput, fmt::format("{}no column looks like the label column", first_place(rows)),
              fmt::format("name it with --label-column; the columns: {}", list_columns(rows)));
}

TextColumns choose_text_columns(const Rows& rows, std::string_view given_text, std::string_view given_pair) {
  TextColumns columns;
  if (given_text.empty()) {
    columns = find_text_columns(rows);
  } else {
    columns.text = rows.column(given_text).name();
  }
  if (!given_pair.empty()) columns.text_pair = rows.column(given_pair).name();
  return columns;
}

std::string choose_label_column(const Rows& rows, std::string_view given) {
  return given.empty() ? find_label_column(rows) : rows.column(given).name();
}

}  // namespace hone::table
