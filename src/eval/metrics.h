// Classification metrics from a confusion matrix, so that no prediction need be kept. Definitions and the value 0 for
// an undefined ratio as in scikit-learn (zero_division=0).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hone::eval {

class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(int64_t num_labels);

  void add(int64_t label, int64_t predicted);

  int64_t num_labels() const { return num_labels_; }
  uint64_t count(int64_t label, int64_t predicted) const;
  uint64_t total() const { return total_; }
  uint64_t correct() const;
  uint64_t num_of_label(int64_t label) const;           // the row's sum
  uint64_t num_of_prediction(int64_t predicted) const;  // the column's sum

 private:
  int64_t num_labels_;
  std::vector<uint64_t> counts_;  // [num_labels, num_labels], row = label
  uint64_t total_ = 0;
};

// One metric: its name in logs and reports ("accuracy", "f1_macro"), and how it is computed.
struct Metric {
  std::string_view name;
  std::string_view doc;
  double (*compute)(const ConfusionMatrix& matrix);
  bool only_binary = false;  // of two labels: the second one is the positive class
  bool greater_is_better = true;
};

std::span<const Metric> metrics();

// Every metric that applies to this number of labels, by name, in the table's order. "precision", "recall" and "f1"
// without more are those of the positive class for two labels, and the macro average otherwise.
std::vector<std::pair<std::string, double>> compute_metrics(const ConfusionMatrix& matrix);

// Per label: for the report's table.
struct LabelScores {
  double precision = 0, recall = 0, f1 = 0;
  uint64_t support = 0;
};
LabelScores label_scores(const ConfusionMatrix& matrix, int64_t label);

// Whether a higher value of the metric is better: false for errors such as the loss, which have no row in metrics().
bool greater_is_better(std::string_view metric);

}  // namespace hone::eval
