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

namespace hone::eval {

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

// One metric: its name in logs and reports ("accuracy", "f1_macro"), and how it is computed.
struct Metric {
  std::string_view name;
  std::string_view doc;
  double (*compute)(const ConfusionMatrix& matrix);
  bool only_binary = false;  // defined only for two labels; the second is the positive class
  bool greater_is_better = true;
};

std::span<const Metric> metrics();

// Returns every metric that applies to this number of labels, in the table's order. "precision", "recall" and "f1" are
// those of the positive class if there are two labels, else the macro average.
std::vector<std::pair<std::string, double>> compute_metrics(const ConfusionMatrix& matrix);

// The scores of one label.
struct LabelScores {
  double precision = 0, recall = 0, f1 = 0;
  uint64_t support = 0;
};
LabelScores label_scores(const ConfusionMatrix& matrix, int64_t label);

// Returns whether a higher value of the metric is better. False for errors such as the loss, which have no row in
// metrics().
bool greater_is_better(std::string_view metric);

}  // namespace hone::eval
