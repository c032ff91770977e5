// Computes classification metrics from a confusion matrix, so that predictions need not be stored. Definitions as in
// scikit-learn; an undefined ratio is 0 (zero_division=0). Time and memory grow with the number of rows and labels, but
// not with the square of the labels.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "metric/report.h"

namespace hone::metric {

class ConfusionMatrix {
 public:
  // A cell that is not 0.
  struct Cell {
    int64_t label = 0, predicted = 0;
    uint64_t count = 0;
  };

  explicit ConfusionMatrix(int64_t num_labels);

  void add(int64_t label, int64_t predicted);

  int64_t num_labels() const { return static_cast<int64_t>(of_label_.size()); }
  uint64_t count(int64_t label, int64_t predicted) const;
  uint64_t total() const { return total_; }
  uint64_t correct() const { return correct_; }
  // Returns the number of rows with this true label.
  uint64_t num_of_label(int64_t label) const { return of_label_[static_cast<size_t>(label)]; }
  // Returns the number of rows with this prediction.
  uint64_t num_of_prediction(int64_t predicted) const { return of_prediction_[static_cast<size_t>(predicted)]; }
  // Returns the cells that are not 0, by label, then by prediction.
  std::vector<Cell> cells() const;

 private:
  uint64_t key(int64_t label, int64_t predicted) const;

  std::unordered_map<uint64_t, uint64_t> counts_;  // by key()
  std::vector<uint64_t> of_label_, of_prediction_;
  uint64_t total_ = 0, correct_ = 0;
};

// A wrongly predicted row.
struct Mistake {
  uint64_t row = 0;
  int64_t label = 0, predicted = 0;
  double score = 0;  // the probability that the model gives the true label
  double loss = 0;   // -log(score)
};

// Makes a mistake from one row's finite logits [K]; `predicted` is the label with the highest logit.
Mistake make_mistake(uint64_t row, std::span<const float> logits, int64_t label, int64_t predicted);

// Every metric of classification, in the order of logs and reports. "precision", "recall" and "f1" are those of the
// positive class (the second one) if there are two labels, else the macro average.
std::span<const Metric> classification_metrics();

// Those that apply to this number of labels.
std::vector<Metric> classification_metrics(int64_t num_labels);

// The value of each metric that applies.
std::vector<std::pair<std::string_view, double>> compute_metrics(const ConfusionMatrix& matrix);

// The scores of one label.
struct LabelScores {
  double precision = 0, recall = 0, f1 = 0;
  uint64_t support = 0;
};
LabelScores label_scores(const ConfusionMatrix& matrix, int64_t label);

// With more labels than this, a matrix is written by its cells that are not 0.
inline constexpr int64_t kMaxDenseLabels = 100;

// [[row of counts], ...] with a row for each true label and a column for each predicted one; with more than
// kMaxDenseLabels labels {"cells": [[label, predicted, count], ...]}, ids counted from 0.
Json confusion_json(const ConfusionMatrix& matrix);

// Metrics, scores by label and the matrix; the caller adds loss, rows and targets. `labels` by id.
Report classification_report(const ConfusionMatrix& matrix, const std::vector<std::string>& labels);

}  // namespace hone::metric
