#include "task/row_findings.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/utf8.h"
#include "task/class_weights.h"

namespace hone::task {

namespace {

// Fewer than one row in a hundred is not worth a warning.
constexpr uint64_t kOneIn = 100;
constexpr size_t kShownBytes = 60;

struct Texts {
  std::string_view text, pair;
  bool operator==(const Texts&) const = default;
};

struct TextsHash {
  size_t operator()(const Texts& texts) const {
    const std::hash<std::string_view> hash;
    return hash(texts.text) * 31 + hash(texts.pair);
  }
};

// Reads the text of a row, or both texts if the rows are pairs.
class TextReader {
 public:
  TextReader(const table::Rows& rows, const table::TextColumns& columns) : text_(rows.column(columns.text)) {
    if (columns.text_pair) pair_ = rows.column(*columns.text_pair);
  }
  Texts operator()(uint64_t row) const {
    return {text_.text(row).value_or(""), pair_ ? pair_->text(row).value_or("") : std::string_view()};
  }

 private:
  table::Column text_;
  std::optional<table::Column> pair_;
};

double percent(uint64_t part, uint64_t whole) { return 100.0 * static_cast<double>(part) / static_cast<double>(whole); }

std::string rows_are(uint64_t count, uint64_t all, std::string_view name) {
  return fmt::format("{} of {} {} rows ({:.1f} %)", count, all, name, percent(count, all));
}

// The distinct texts of the training rows, each with its first row.
using FirstRows = std::unordered_map<Texts, uint64_t, TextsHash>;

// What the findings read: the rows, the columns with texts and labels, and the class of each training row.
struct Source {
  const TrainingRows& rows;
  const table::TextColumns& columns;
  const std::string& label_column;
  const std::vector<std::string>& names;
  std::vector<int64_t> labels;
};

FirstRows find_repeated(const Source& source, std::vector<std::string>& findings) {
  const TrainingRows& rows = source.rows;
  const std::vector<int64_t>& labels = source.labels;
  const TextReader texts(rows.train, source.columns);
  FirstRows first_rows;
  first_rows.reserve(rows.train.size());
  std::optional<std::pair<uint64_t, uint64_t>> repeated_at, contradicted_at;
  uint64_t repeated = 0, contradicted = 0;
  for (uint64_t row = 0; row < rows.train.size(); ++row) {
    const auto [found, is_new] = first_rows.try_emplace(texts(row), row);
    if (is_new) continue;
    const bool agrees = labels[row] == labels[found->second];
    ++(agrees ? repeated : contradicted);
    auto& place = agrees ? repeated_at : contradicted_at;
    if (!place) place = {found->second, row};
  }
  if (repeated_at && repeated * kOneIn >= rows.train.size()) {
    findings.push_back(fmt::format("{} repeat an earlier row, text and label (the first: {} as {})",
                                   rows_are(repeated, rows.train.size(), "training"),
                                   rows.train.location(repeated_at->second), rows.train.location(repeated_at->first)));
  }
  if (contradicted_at) {
    const auto [one, other] = *contradicted_at;
    const auto name = [&](uint64_t row) { return source.names[static_cast<size_t>(source.labels[row])]; };
    findings.push_back(
        fmt::format("{} have the text of an earlier row but another label, for example \"{}\": {} in "
                    "{}, {} in {}; the model cannot learn both",
                    rows_are(contradicted, rows.train.size(), "training"), shortened(texts(one).text, kShownBytes),
                    name(one), rows.train.location(one), name(other), rows.train.location(other)));
  }
  return first_rows;
}

void find_leaked(const table::Rows& rows, std::string_view name, const table::TextColumns& columns,
                 const FirstRows& first_rows, std::vector<std::string>& findings) {
  const TextReader texts(rows, columns);
  uint64_t leaked = 0, first = 0;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    if (first_rows.contains(texts(row)) && leaked++ == 0) first = row;
  }
  if (leaked == 0 || leaked * kOneIn < rows.size()) return;
  findings.push_back(
      fmt::format("{} have a text that training rows have too (the first: {}): the metrics will look better than on "
                  "new text",
                  rows_are(leaked, rows.size(), name), rows.location(first)));
}

void find_leaked(const TrainingRows& rows, const table::TextColumns& columns, const FirstRows& first_rows,
                 std::vector<std::string>& findings) {
  if (rows.evaluation) find_leaked(*rows.evaluation, rows.evaluation_name, columns, first_rows, findings);
  if (rows.test) find_leaked(*rows.test, "test", columns, first_rows, findings);
}

// A class is dominant if it has kAutoImbalance times the rows of the smallest one, and half as many again as its fair
// share.
void find_imbalance(const Source& source, std::vector<std::string>& findings) {
  const std::vector<int64_t>& labels = source.labels;
  std::vector<uint64_t> counts(source.names.size());
  for (const int64_t label : labels) ++counts[static_cast<size_t>(label)];
  const auto largest = std::ranges::max_element(counts);
  uint64_t smallest = *largest, classes = 0;
  for (const uint64_t count : counts) {
    if (count == 0) continue;
    smallest = std::min(smallest, count);
    ++classes;
  }
  if (static_cast<double>(*largest) < kAutoImbalance * static_cast<double>(smallest) ||
      2 * *largest * classes < 3 * labels.size())
    return;
  const double share = static_cast<double>(*largest) / static_cast<double>(labels.size());
  findings.push_back(
      fmt::format("{} have the label {}: a model that always predicts it has an accuracy of {:.3f}; "
                  "compare with this number, and look at the scores of each label",
                  rows_are(*largest, labels.size(), "training"),
                  source.names[static_cast<size_t>(largest - counts.begin())], share));
}

// Texts that repeat while labels are nearly all different, and longer, show that the columns are exchanged.
void find_exchanged(const Source& source, const FirstRows& first_rows, std::vector<std::string>& findings) {
  constexpr uint64_t kFewRows = 10;
  const TrainingRows& rows = source.rows;
  const uint64_t count = rows.train.size();
  if (count < kFewRows || !rows.train.column(source.label_column).has_text()) return;
  const table::Column texts = rows.train.column(source.columns.text);
  const table::Column labels = rows.train.column(source.label_column);
  uint64_t text_bytes = 0, label_bytes = 0;
  std::unordered_set<std::string_view> distinct_labels;
  for (uint64_t row = 0; row < count; ++row) {
    const std::string_view label = labels.text(row).value_or("");
    text_bytes += texts.text(row).value_or("").size();
    label_bytes += label.size();
    distinct_labels.insert(label);
  }
  if (2 * distinct_labels.size() <= count || 2 * first_rows.size() > count || label_bytes <= text_bytes) return;
  findings.push_back(
      fmt::format("column \"{}\" holds {} different labels in {} rows, column \"{}\" only {} different "
                  "texts: are the two exchanged? (--text-column \"{}\" --label-column \"{}\")",
                  source.label_column, distinct_labels.size(), count, source.columns.text, first_rows.size(),
                  source.label_column, source.columns.text));
}

}  // namespace

std::vector<std::string> row_findings(const TrainingRows& rows, const table::TextColumns& columns,
                                      const std::string& label_column, const table::LabelMap& labels) {
  const Source source{rows, columns, label_column, labels.id2label(), labels.ids(rows.train, label_column)};
  std::vector<std::string> findings;
  const FirstRows first_rows = find_repeated(source, findings);
  find_leaked(rows, columns, first_rows, findings);
  if (!source.labels.empty()) find_imbalance(source, findings);
  find_exchanged(source, first_rows, findings);
  return findings;
}

std::vector<std::string> row_text_findings(const TrainingRows& rows, const table::TextColumns& columns) {
  std::vector<std::string> findings;
  const TextReader texts(rows.train, columns);
  FirstRows first_rows;
  first_rows.reserve(rows.train.size());
  std::optional<std::pair<uint64_t, uint64_t>> repeated_at;
  uint64_t repeated = 0;
  for (uint64_t row = 0; row < rows.train.size(); ++row) {
    const auto [found, is_new] = first_rows.try_emplace(texts(row), row);
    if (is_new) continue;
    ++repeated;
    if (!repeated_at) repeated_at = {found->second, row};
  }
  if (repeated_at && repeated * kOneIn >= rows.train.size()) {
    findings.push_back(fmt::format("{} repeat the text of an earlier row (the first: {} as {})",
                                   rows_are(repeated, rows.train.size(), "training"),
                                   rows.train.location(repeated_at->second), rows.train.location(repeated_at->first)));
  }
  find_leaked(rows, columns, first_rows, findings);
  return findings;
}

}  // namespace hone::task
