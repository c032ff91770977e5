#include "metric/confusion_matrix.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "metric/counts.h"

namespace hone::metric {

ConfusionMatrix::ConfusionMatrix(int64_t num_labels)
    : of_label_(static_cast<size_t>(num_labels)), of_prediction_(static_cast<size_t>(num_labels)) {}

void ConfusionMatrix::add(int64_t label, int64_t predicted, uint64_t count) {
  check_internal(label >= 0 && label < num_labels() && predicted >= 0 && predicted < num_labels(),
                 "a label is outside the confusion matrix");
  if (count == 0) return;
  counts_[key(label, predicted)] += count;
  of_label_[static_cast<size_t>(label)] += count;
  of_prediction_[static_cast<size_t>(predicted)] += count;
  total_ += count;
  correct_ += label == predicted ? count : 0;
}

uint64_t ConfusionMatrix::key(int64_t label, int64_t predicted) const {
  return static_cast<uint64_t>(label) * of_label_.size() + static_cast<uint64_t>(predicted);
}

uint64_t ConfusionMatrix::count(int64_t label, int64_t predicted) const {
  const auto found = counts_.find(key(label, predicted));
  return found == counts_.end() ? 0 : found->second;
}

std::vector<ConfusionMatrix::Cell> ConfusionMatrix::cells() const {
  std::vector<Cell> cells;
  cells.reserve(counts_.size());
  for (const auto& [key, count] : counts_) {
    const auto num_labels = of_label_.size();
    cells.push_back({static_cast<int64_t>(key / num_labels), static_cast<int64_t>(key % num_labels), count});
  }
  std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
    return std::pair(a.label, a.predicted) < std::pair(b.label, b.predicted);
  });
  return cells;
}

LabelScores label_scores(const ConfusionMatrix& matrix, int64_t label) {
  const Counts counts{.right = static_cast<double>(matrix.count(label, label)),
                      .predicted = static_cast<double>(matrix.num_of_prediction(label)),
                      .actual = static_cast<double>(matrix.num_of_label(label))};
  return {.precision = counts.precision(),
          .recall = counts.recall(),
          .f1 = counts.f1(),
          .support = matrix.num_of_label(label)};
}

Json confusion_json(const ConfusionMatrix& matrix) {
  const int64_t num_labels = matrix.num_labels();
  if (num_labels > kMaxDenseLabels) {
    Json cells = Json::array();
    for (const ConfusionMatrix::Cell& cell : matrix.cells()) {
      cells.push_back(Json::array({cell.label, cell.predicted, cell.count}));
    }
    Json sparse = Json::object();
    sparse["cells"] = std::move(cells);
    return sparse;
  }
  Json rows = Json::array();
  for (int64_t label = 0; label < num_labels; ++label) {
    Json row = Json::array();
    for (int64_t predicted = 0; predicted < num_labels; ++predicted) row.push_back(matrix.count(label, predicted));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace hone::metric
