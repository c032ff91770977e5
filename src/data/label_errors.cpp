#include "data/label_errors.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <tuple>

#include "base/counted.h"
#include "base/log.h"
#include "base/terminal.h"
#include "data/one_line.h"

namespace hone::data {

namespace {

constexpr size_t kMaxChanges = 12;

CheckedLabel checked_label(size_t index, const LabelledRows& rows, std::span<const double> probabilities) {
  CheckedLabel label{.index = index, .given = rows.labels[index]};
  label.predicted = std::ranges::max_element(probabilities) - probabilities.begin();
  label.given_probability = probabilities[static_cast<size_t>(label.given)];
  label.predicted_probability = probabilities[static_cast<size_t>(label.predicted)];
  return label;
}

// Sets `agreeing` of the issues.
void add_agreeing(const LabelledRows& rows, LabelErrors& errors) {
  std::vector<int64_t> groups(rows.numbers.size(), -1);
  std::vector<NearestQuery> queries;
  for (const CheckedLabel& label : errors.ranked) {
    if (label.is_issue) {
      queries.push_back({label.index, label.predicted});
    } else if (label.given == label.predicted) {
      groups[label.index] = label.given;
    }
  }
  const RowTexts texts(rows.rows, rows.columns.text);
  const auto text = [&](size_t index, std::string& scratch) {
    return texts.text(rows.numbers[index], scratch).value_or("");
  };
  std::vector<std::vector<NearRow>> nearest = nearest_rows({.queries = queries, .groups = groups, .text = text});
  for (size_t i = 0; i < nearest.size(); ++i) errors.ranked[i].agreeing = std::move(nearest[i]);
}

struct LabelChange {
  int64_t given = 0, predicted = 0;
  uint64_t rows = 0;
};

// Returns how many issues have which labels, most first.
std::vector<LabelChange> changes(const LabelErrors& errors) {
  std::map<std::pair<int64_t, int64_t>, uint64_t> counts;
  for (size_t i = 0; i < errors.num_issues; ++i) ++counts[{errors.ranked[i].given, errors.ranked[i].predicted}];
  std::vector<LabelChange> list;
  for (const auto& [labels, count] : counts) list.push_back({labels.first, labels.second, count});
  std::ranges::stable_sort(list, std::greater(), &LabelChange::rows);
  return list;
}

const std::string& class_of(const LabelledRows& rows, int64_t id) { return rows.classes[static_cast<size_t>(id)]; }

std::string place_of(const LabelledRows& rows, size_t index) { return rows.rows.location(rows.numbers[index]); }

std::string checked_text(const LabelledRows& rows, size_t index) {
  std::string scratch;
  return std::string(RowTexts(rows.rows, rows.columns.text).text(rows.numbers[index], scratch).value_or(""));
}

std::string changes_text(const LabelErrors& errors, const LabelledRows& rows) {
  const std::vector<LabelChange> list = changes(errors);
  std::string text = "\nGiven label, and what the model says\n";
  for (size_t i = 0; i < std::min(list.size(), kMaxChanges); ++i) {
    text += fmt::format("  {:>7}  {} -> {}\n", list[i].rows, one_line(class_of(rows, list[i].given), 28),
                        one_line(class_of(rows, list[i].predicted), 28));
  }
  if (list.size() > kMaxChanges) text += fmt::format("  and {} other pairs\n", list.size() - kMaxChanges);
  return text;
}

std::string example_text(const CheckedLabel& label, const LabelledRows& rows, size_t width) {
  std::string text = fmt::format("  {}: label {} ({:.3f}), the model says {} ({:.3f})\n    {}\n",
                                 printable(place_of(rows, label.index)), one_line(class_of(rows, label.given), 20),
                                 label.given_probability, one_line(class_of(rows, label.predicted), 20),
                                 label.predicted_probability, one_line(checked_text(rows, label.index), width - 4));
  if (label.agreeing.empty()) return text;
  const NearRow& nearest = label.agreeing.front();
  const std::string place =
      fmt::format("    like {} ({:.2f}): ", printable(place_of(rows, nearest.row)), nearest.similarity);
  const size_t left = width > columns_of(place) + 16 ? width - columns_of(place) : 16;
  return text + place + one_line(checked_text(rows, nearest.row), left) + "\n";
}

Json row_json(const CheckedLabel& label, const LabelledRows& rows) {
  Json agreeing = Json::array();
  for (const NearRow& near : label.agreeing) {
    agreeing.push_back({{"row", rows.numbers[near.row]},
                        {"location", place_of(rows, near.row)},
                        {"text", checked_text(rows, near.row)},
                        {"similarity", near.similarity}});
  }
  Json json = {{"row", rows.numbers[label.index]},
               {"location", place_of(rows, label.index)},
               {"text", checked_text(rows, label.index)},
               {"label_quality", label.quality},
               {"given_label", class_of(rows, label.given)},
               {"given_probability", label.given_probability},
               {"predicted_label", class_of(rows, label.predicted)},
               {"predicted_probability", label.predicted_probability},
               {"agreeing_rows", std::move(agreeing)}};
  if (label.margin) json["area_under_margin"] = *label.margin;
  return json;
}

// The values of kLabelErrorColumns.
std::vector<table::Value> error_values(const CheckedLabel& label, const LabelledRows& rows) {
  std::vector<uint64_t> agreeing;
  for (const NearRow& near : label.agreeing) agreeing.push_back(rows.numbers[near.row]);
  return {static_cast<int64_t>(rows.numbers[label.index]),
          label.is_issue,
          std::isnan(label.quality) ? table::Value() : table::Value(label.quality),
          class_of(rows, label.given),
          class_of(rows, label.predicted),
          label.predicted_probability,
          fmt::format("{}", fmt::join(agreeing, " ")),
          label.margin ? table::Value(*label.margin) : table::Value()};
}

// The columns of the output. The last one needs margins.
std::span<const std::string_view> own_columns(const LabelErrors& errors) {
  const bool has_margins =
      std::ranges::any_of(errors.ranked, [](const CheckedLabel& label) { return label.margin.has_value(); });
  return std::span(kLabelErrorColumns).first(kLabelErrorColumns.size() - (has_margins ? 0 : 1));
}

std::vector<table::FileColumn> output_columns(const LabelledRows& rows, std::span<const std::string_view> own) {
  using enum table::ColumnType;
  constexpr std::array<table::ColumnType, kLabelErrorColumns.size()> kTypes = {kInt,    kBool,  kFloat,  kString,
                                                                               kString, kFloat, kString, kFloat};
  std::vector<table::FileColumn> columns = table::scan_columns(rows.rows);
  std::erase_if(columns,
                [&](const table::FileColumn& column) { return std::ranges::find(own, column.name) != own.end(); });
  const size_t num_own = rows.rows.column_names().size() - columns.size();
  if (num_own > 0) log_info("{} of the files replaced by new ones of the same name", counted(num_own, "column"));
  for (size_t i = 0; i < own.size(); ++i) columns.push_back({std::string(own[i]), kTypes[i], {}, {}});
  return columns;
}

}  // namespace

LabelErrors find_label_errors(const LabelledRows& rows, const ClassProbabilities& probabilities,
                              const LabelIssueOptions& rule, std::span<const double> margins) {
  const bool by_margin = rule.rank_by == kMarginRank;
  check_internal(margins.size() == (by_margin || !margins.empty() ? rows.labels.size() : 0), "each row has a margin");
  const std::vector<bool> issues = find_label_issues(rows.labels, probabilities, rule);
  std::vector<double> quality;
  if (!by_margin) quality = label_quality(rows.labels, probabilities, rule.rank_by);
  LabelErrors errors;
  for (size_t i = 0; i < issues.size(); ++i) {
    errors.ranked.push_back(checked_label(i, rows, probabilities.row(i)));
    errors.ranked.back().is_issue = issues[i];
    if (!margins.empty() && std::isfinite(margins[i])) errors.ranked.back().margin = margins[i];
    errors.ranked.back().quality = by_margin ? margins[i] : quality[i];
    errors.num_issues += issues[i];
  }
  std::ranges::stable_sort(errors.ranked, {}, [](const CheckedLabel& label) {
    const bool is_unknown = std::isnan(label.quality);
    return std::tuple(!label.is_issue, is_unknown, is_unknown ? 0 : label.quality);
  });
  add_agreeing(rows, errors);
  return errors;
}

std::string to_text(const LabelErrors& errors, const LabelledRows& rows, size_t max_examples, size_t width) {
  const double share = 100.0 * static_cast<double>(errors.num_issues) / static_cast<double>(errors.ranked.size());
  std::string text = fmt::format("{} of {}, {}: {:.1f}% of the labels are probably wrong\n", errors.num_issues,
                                 counted(errors.ranked.size(), "row"), counted(rows.classes.size(), "class"), share);
  if (errors.num_issues == 0) return text;
  text += changes_text(errors, rows);
  const size_t num_shown = std::min<size_t>(max_examples, errors.num_issues);
  if (num_shown == 0) return text;
  text += fmt::format("\nThe labels of the lowest quality ({} of {})\n", num_shown, errors.num_issues);
  for (size_t i = 0; i < num_shown; ++i) text += example_text(errors.ranked[i], rows, width);
  return text;
}

Json to_json(const LabelErrors& errors, const LabelledRows& rows) {
  Json list = Json::array(), issues = Json::array();
  for (const LabelChange& change : changes(errors)) {
    list.push_back({{"given_label", class_of(rows, change.given)},
                    {"predicted_label", class_of(rows, change.predicted)},
                    {"rows", change.rows}});
  }
  for (size_t i = 0; i < errors.num_issues; ++i) issues.push_back(row_json(errors.ranked[i], rows));
  return {{"rows", errors.ranked.size()},
          {"classes", rows.classes},
          {"num_issues", errors.num_issues},
          {"changes", std::move(list)},
          {"issues", std::move(issues)}};
}

uint64_t write_label_errors(const LabelErrors& errors, const LabelledRows& rows, const OutputOptions& options) {
  const std::span<const std::string_view> names = own_columns(errors);
  RowOutput output(options, options.output, output_columns(rows, names));
  std::vector<std::pair<size_t, size_t>> own;  // column of the output, entry of kLabelErrorColumns
  for (size_t i = 0; i < output.columns().size(); ++i) {
    const auto found = std::ranges::find(names, output.columns()[i].name);
    if (found != names.end()) own.emplace_back(i, static_cast<size_t>(found - names.begin()));
  }
  RowOutput::Cells cells(output, rows.rows);
  for (const CheckedLabel& label : errors.ranked) {
    std::vector<table::Value>& values = cells.values(rows.numbers[label.index]);
    const std::vector<table::Value> found = error_values(label, rows);
    for (const auto& [column, entry] : own) values[column] = found[entry];
    output.write(values);
  }
  output.commit();
  return output.rows();
}

}  // namespace hone::data
