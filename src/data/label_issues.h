// Finds rows whose label is probably wrong, from probabilities of a model that did not see the rows: confident learning
// (Northcutt, Jiang and Chuang 2021). Rules, names and results are those of cleanlab 2.9's filter.find_label_issues and
// rank.get_label_quality_scores. If values are equal, the earlier row comes first; cleanlab's order of equal values
// depends on the processor.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"

namespace hone::data {

// The rows that count as issues.
inline constexpr std::array<std::string_view, 7> kLabelFilterNames = {
    "prune_by_noise_rate",  // for each pair of classes as many rows as are confidently confused, by their margin
    "prune_by_class",       // for each class as many rows as are confidently of another, by their self-confidence
    "both",                 // those of both rules above
    "confident_learning",   // the rows that are confidently of another class
    "predicted_neq_given",  // the rows whose most likely class is not their label
    "low_normalized_margin",
    "low_self_confidence"};  // as many as confident_learning finds, by their quality

// The quality of a label, by which rows are ranked: 0 is the worst, 1 the best.
inline constexpr std::array<std::string_view, 3> kLabelQualityNames = {
    "self_confidence",               // p(label)
    "normalized_margin",             // (p(label) - max p(other) + 1) / 2
    "confidence_weighted_entropy"};  // log(1 + e) / e with e = entropy / p(label)

// One more ranking, not cleanlab's: by the margin of each row in training (label_errors.h).
inline constexpr std::string_view kMarginRank = "area_under_margin";

struct LabelIssueOptions {
  std::string filter_by = "prune_by_noise_rate", rank_by = "self_confidence";
  double frac_noise = 1;
  int64_t min_examples_per_class = 1;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("filter_by", self.filter_by, "rule that decides which rows are issues, by cleanlab's name")
        .choices(choices_of(kLabelFilterNames));
    std::vector<std::string> ranks = choices_of(kLabelQualityNames);
    ranks.emplace_back(kMarginRank);
    visit("rank_by", self.rank_by,
          "quality of a label, by which the rows are ranked; area_under_margin: by the trainings of --model")
        .choices(ranks);
    visit("frac_noise", self.frac_noise, "share of the estimated errors that the rules with prune or both return")
        .in_range(0, 1);
    visit("min_examples_per_class", self.min_examples_per_class, "rows of each class that are never issues")
        .at_least(0);
  }
};

// For each row the probability of each class.
struct ClassProbabilities {
  size_t num_classes = 0;
  std::vector<double> values;  // [N, K]

  size_t size() const { return num_classes == 0 ? 0 : values.size() / num_classes; }
  std::span<const double> row(size_t row) const { return std::span(values).subspan(row * num_classes, num_classes); }
};

// For each class the mean probability of the rows that have it as label, or 2 if no row has it.
std::vector<double> confident_thresholds(std::span<const int64_t> labels, const ClassProbabilities& probabilities);

// Throws kInput if all rows have the same label.
void check_several_labels(std::span<const int64_t> labels);

// Returns for each row whether its label is an issue. `labels` [N] are classes below K. Errors: check_several_labels().
std::vector<bool> find_label_issues(std::span<const int64_t> labels, const ClassProbabilities& probabilities,
                                    const LabelIssueOptions& options);

// Returns the quality of each label; `method` is one of kLabelQualityNames.
std::vector<double> label_quality(std::span<const int64_t> labels, const ClassProbabilities& probabilities,
                                  std::string_view method);

// Returns the most likely class of each row; of equal ones the first.
std::vector<int64_t> predicted_labels(const ClassProbabilities& probabilities);

}  // namespace hone::data
