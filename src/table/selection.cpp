#include "table/selection.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "table/permutation.h"

namespace hone::table {

namespace {

// Returns the rows of each class, with classes in the order of their first row.
std::vector<std::vector<uint64_t>> rows_by_class(std::span<const int64_t> labels) {
  std::unordered_map<int64_t, size_t> index;
  std::vector<std::vector<uint64_t>> classes;
  for (uint64_t row = 0; row < labels.size(); ++row) {
    const auto [found, is_new] = index.try_emplace(labels[row], classes.size());
    if (is_new) classes.emplace_back();
    classes[found->second].push_back(row);
  }
  return classes;
}

// Returns how many rows of each class to hold out: rounds the shares down, then adds one row to the classes with the
// largest remainders until the total is reached.
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

}  // namespace

std::pair<Rows, Rows> stratified_split(const Rows& rows, std::span<const int64_t> labels, double fraction,
                                       uint64_t seed) {
  check_internal(labels.size() == rows.size(), "a label for each row");
  if (!(fraction > 0 && fraction < 1)) {
    throw Error(ErrorKind::kUsage, fmt::format("cannot hold out a share of {} of the rows", fraction),
                "choose a share between 0 and 1, for example 0.1");
  }
  const auto classes = rows_by_class(labels);
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
  if (skipped == 0) return "";
  return fmt::format("skipped {} row{} without {}, the first: {} ({})", skipped, skipped == 1 ? "" : "s", missing,
                     first_location, reason);
}

Complete rows_without_problem(const Rows& rows, std::string_view missing, bool strict,
                              const std::function<std::string(uint64_t row)>& problem) {
  Complete result;
  result.missing = missing;
  std::vector<uint64_t> kept;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    std::string reason = problem(row);
    if (reason.empty()) {
      kept.push_back(row);
      continue;
    }
    if (strict) {
      throw Error(ErrorKind::kInput, fmt::format("{}: {}", rows.location(row), reason),
                  "without --strict such rows are skipped");
    }
    if (result.skipped++ > 0) continue;
    result.first_location = rows.location(row);
    result.reason = std::move(reason);
  }
  result.rows = result.skipped == 0 ? rows : rows.select(kept);
  return result;
}

Complete rows_with_text(const Rows& rows, std::span<const std::string> text_columns, bool strict) {
  std::vector<Column> columns;
  for (const std::string& name : text_columns) columns.push_back(rows.column(name));
  return rows_without_problem(rows, "text", strict, [&](uint64_t row) -> std::string {
    for (const Column& column : columns) {
      const auto text = column.text(row);
      if (!text) return fmt::format("{} is null", column.name());
      if (is_blank(*text)) return fmt::format("{} is blank", column.name());
    }
    return "";
  });
}

Complete rows_with_label(const Rows& rows, std::string_view label_column, const LabelMap& labels, bool strict) {
  const LabelReader reader = labels.reader(rows, label_column);
  return rows_without_problem(rows, "a label", strict, [&](uint64_t row) { return reader.problem(row); });
}

}  // namespace hone::table
