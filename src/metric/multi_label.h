// Metrics of rows with any number of labels, as in scikit-learn with zero_division=0.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metric/bootstrap.h"
#include "metric/report.h"

namespace hone::metric {

// Scores and true labels of all rows: five bytes for each label of each row.
class LabelScoresOfRows {
 public:
  explicit LabelScoresOfRows(size_t num_labels) : num_labels_(num_labels) {}

  // `scores` [K] finite, `truth` [K] of 0 and 1.
  void add(std::span<const float> scores, std::span<const uint8_t> truth);

  size_t num_labels() const { return num_labels_; }
  size_t num_rows() const { return num_labels_ == 0 ? 0 : scores_.size() / num_labels_; }
  std::span<const float> scores(size_t row) const { return std::span(scores_).subspan(row * num_labels_, num_labels_); }
  std::span<const uint8_t> truth(size_t row) const { return std::span(truth_).subspan(row * num_labels_, num_labels_); }

 private:
  size_t num_labels_;
  std::vector<float> scores_;
  std::vector<uint8_t> truth_;
};

// Every metric of multi-label rows, in the order of logs and reports. "accuracy" is the share of rows whose labels are
// all right.
std::span<const Metric> multi_label_metrics();

// Computes the values of multi_label_report for resamples. The areas are NaN if there are more than kMaxResampledScores
// scores.
Resampler multi_label_resampler(const LabelScoresOfRows& rows, std::span<const float> thresholds);

// A label is predicted if its score is above its threshold; `thresholds` [K]. Metrics, and a table of the labels.
Report multi_label_report(const LabelScoresOfRows& rows, std::span<const float> thresholds,
                          const std::vector<std::string>& labels);

}  // namespace hone::metric
