// Counts of true and predicted labels. Memory grows with the number of different pairs and with the labels, but not
// with the square of the labels.
#pragma once

#include <cstdint>
#include <unordered_map>
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

  void add(int64_t label, int64_t predicted, uint64_t count = 1);

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

// The scores of one label, as in scikit-learn with zero_division=0.
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

}  // namespace hone::metric
