// Draws by permutation() per class, so that the same seed holds out the same rows on every machine.
#include "table/selection.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "base/error.h"
#include "table/permutation.h"

namespace hone::table {

namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

bool is_blank(std::string_view text) { return text.find_first_not_of(kSpace) == std::string_view::npos; }

// The rows of each class, classes in the order of their first row.
std::vector<std::vector<uint64_t>> rows_by_class(const Rows& rows, std::string_view label_column) {
  const Column column = rows.column(label_column);
  std::map<std::string, size_t> index;
  std::vector<std::vector<uint64_t>> classes;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    const auto [found, is_new] = index.try_emplace(value_text(column.value(row)), classes.size());
    if (is_new) classes.emplace_back();
    classes[found->second].push_back(row);
  }
  return classes;
}

// How many of each class: floors of the shares, and one more for the largest remainders until the total is right.
std::vector<uint64_t> shares(const std::vector<std::vector<uint64_t>>& classes, double fraction, uint64_t total) {
  std::vector<uint64_t> counts;
  std::vector<std::pair<double, size_t>> remainders;
  uint64_t given = 0;
  for (size_t i = 0; i < classes.size(); ++i) {
    const double share = fraction * static_cast<double>(classes[i].size());
    counts.push_back(static_cast<uint64_t>(share));
    given += counts.back();
    remainders.emplace_back(share - std::floor(share), i);
  }
  std::ranges::stable_sort(remainders, [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [remainder, i] : remainders) {
    if (given >= total || remainder == 0) break;
    if (counts[i] + 1 >= classes[i].size()) continue;  // one row of each class stays in the rest
    ++counts[i];
    ++given;
  }
  return counts;
}

// Why a row cannot be used; "" where it can.
class RowCheck {
 public:
  RowCheck(const Rows& rows, std::span<const std::string> text_columns, std::string_view label_column) {
    for (const std::string& name : text_columns) texts_.push_back(rows.column(name));
    if (!label_column.empty()) label_.push_back(rows.column(label_column));
  }

  std::string problem(uint64_t row) const {
    for (const Column& column : texts_) {
      const auto text = column.text(row);
      if (!text) return fmt::format("{} is null", column.name());
      if (is_blank(*text)) return fmt::format("{} is blank", column.name());
    }
    for (const Column& column : label_) {
      const Value value = column.value(row);
      const auto* text = std::get_if<std::string>(&value);
      if (is_null(value)) return fmt::format("{} is null", column.name());
      if (text != nullptr && is_blank(*text)) return fmt::format("{} is blank", column.name());
      if (value == Value(int64_t{-1}) && !has_other_negatives_) return fmt::format("{} is -1", column.name());
    }
    return "";
  }

  // -1 is a label where it is the only value below 1 (-1/1 data) or where other negative ones occur.
  void look_for_signed_labels(uint64_t num_rows) {
    bool any_zero = false, any_negative = false, any_minus_one = false, any_positive = false;
    for (const Column& column : label_) {
      if (column.type() != ColumnType::kInt || !column.class_names().empty()) return;
      for (uint64_t row = 0; row < num_rows; ++row) {
        const Value value = column.value(row);
        const auto* number = std::get_if<int64_t>(&value);
        if (number == nullptr) continue;
        any_zero = any_zero || *number == 0;
        any_positive = any_positive || *number > 0;
        any_minus_one = any_minus_one || *number == -1;
        any_negative = any_negative || *number < -1;
      }
    }
    has_other_negatives_ = any_negative || (any_minus_one && any_positive && !any_zero);
  }

 private:
  std::vector<Column> texts_, label_;
  bool has_other_negatives_ = false;
};

}  // namespace

std::pair<Rows, Rows> stratified_split(const Rows& rows, std::string_view label_column, double fraction,
                                       uint64_t seed) {
  if (!(fraction > 0 && fraction < 1)) {
    throw Error(ErrorKind::kUsage, fmt::format("cannot hold out a share of {} of the rows", fraction),
                "choose a share between 0 and 1, as 0.1");
  }
  const auto classes = rows_by_class(rows, label_column);
  const uint64_t total = static_cast<uint64_t>(std::llround(fraction * static_cast<double>(rows.size())));
  const std::vector<uint64_t> counts = shares(classes, fraction, total);
  std::vector<uint64_t> rest, held_out;
  for (size_t i = 0; i < classes.size(); ++i) {
    const std::vector<uint64_t> order = permutation(seed, classes[i].size());
    for (size_t place = 0; place < order.size(); ++place) {
      (place < counts[i] ? held_out : rest).push_back(classes[i][order[place]]);
    }
  }
  if (held_out.empty() || rest.empty()) {
    throw Error(ErrorKind::kInput,
                fmt::format("{} rows of {} classes are too few to hold out a share of {}", rows.size(), classes.size(),
                            fraction),
                "use more rows, a larger share, or a validation file");
  }
  std::ranges::sort(rest);
  std::ranges::sort(held_out);
  return {rows.select(rest), rows.select(held_out)};
}

std::string Complete::note() const {
  if (dropped == 0) return "";
  return fmt::format("left out {} row{} without text or label, the first: {} ({})", dropped, dropped == 1 ? "" : "s",
                     first_location, reason);
}

Complete drop_incomplete(const Rows& rows, std::span<const std::string> text_columns, std::string_view label_column,
                         bool strict) {
  RowCheck check(rows, text_columns, label_column);
  check.look_for_signed_labels(rows.size());
  Complete result;
  std::vector<uint64_t> kept;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    const std::string problem = check.problem(row);
    if (problem.empty()) {
      kept.push_back(row);
      continue;
    }
    if (strict) {
      throw Error(ErrorKind::kInput, fmt::format("{}: {}", rows.location(row), problem),
                  "without --strict such rows are left out");
    }
    if (result.dropped++ == 0) {
      result.first_location = rows.location(row);
      result.reason = problem;
    }
  }
  result.rows = result.dropped == 0 ? rows : rows.select(kept);
  return result;
}

}  // namespace hone::table
