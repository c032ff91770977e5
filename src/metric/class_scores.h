// The predictions of rows with one label of K each, and the metrics of their probabilities. Memory grows with the rows:
// 40 bytes for each, and the scores that rankings need, up to kMaxRankedScores of them (64 MiB).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "metric/confusion_matrix.h"
#include "metric/ranking.h"
#include "metric/row_counts.h"

namespace hone::metric {

// Means over rows, as in scikit-learn (log_loss, brier_score_loss, top_k_accuracy_score with k = 5). NaN without rows.
struct ProbabilityMeans {
  double log_loss = 0;           // -log of the true label's probability, which is limited to [2^-52, 1 - 2^-52]
  double brier_score = 0;        // squared errors, summed over the labels; half of it if there are two labels
  double calibration_error = 0;  // the expected calibration error, see CalibrationBin
  double top_accuracy = 0;       // of equal probabilities the later labels come first
};

// Predictions whose confidence (the probability of the predicted label) lies in ((i - 1) / 15, i / 15]. The expected
// calibration error is the mean over the rows of |accuracy - mean confidence| of their bin: Guo et al., "On calibration
// of modern neural networks", ICML 2017.
struct CalibrationBin {
  double rows = 0, confidence = 0, correct = 0;  // sums
};

class ClassScores {
 public:
  explicit ClassScores(int64_t num_labels, size_t max_scores = kMaxRankedScores);

  // `probabilities` [K]; `predicted` is one of the labels with the highest probability.
  void add(std::span<const double> probabilities, int64_t label, int64_t predicted);

  int64_t num_labels() const { return num_labels_; }
  size_t num_rows() const { return rows_.size(); }
  bool is_right(size_t row) const { return rows_[row].label == rows_[row].predicted; }

  ConfusionMatrix confusion(RowCounts counts = {}) const;
  ProbabilityMeans means(RowCounts counts = {}) const;
  std::vector<CalibrationBin> calibration(RowCounts counts = {}) const;

  // Returns whether all scores are kept: rows times labels, of two labels only the second, are at most `max_scores`.
  bool has_rankings() const { return has_scores_; }
  // Returns the rows by their probability of this label. Of two labels only the second has a ranking.
  Ranking ranking(int64_t label) const;

 private:
  struct Row {
    int32_t label = 0, predicted = 0;
    double log_loss = 0, squared_error = 0, confidence = 0;
    bool is_in_top = false;
  };

  void keep_scores(std::span<const double> probabilities);

  int64_t num_labels_;
  size_t max_scores_;
  std::vector<Row> rows_;
  bool has_scores_ = true;
  std::vector<double> scores_;  // [rows, K], of two labels [rows]
};

// Returns the probabilities [K] of one row's finite logits.
std::vector<double> softmax(std::span<const float> logits);

}  // namespace hone::metric
