#include "metric/class_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace hone::metric {

namespace {

constexpr size_t kTop = 5, kBins = 15;

bool is_in_top(std::span<const double> probabilities, size_t label) {
  size_t before = 0;
  for (size_t other = 0; other < probabilities.size(); ++other) {
    before +=
        probabilities[other] > probabilities[label] || (probabilities[other] == probabilities[label] && other > label);
  }
  return before < kTop;
}

double squared_error(std::span<const double> probabilities, size_t label) {
  double sum = 0;
  for (size_t other = 0; other < probabilities.size(); ++other) {
    const double error = probabilities[other] - (other == label ? 1 : 0);
    sum += error * error;
  }
  return probabilities.size() == 2 ? sum / 2 : sum;
}

double log_loss(double probability) {
  constexpr double kLeast = std::numeric_limits<double>::epsilon();
  return -std::log(std::clamp(probability, kLeast, 1 - kLeast));
}

size_t bin_of(double confidence) {
  return static_cast<size_t>(std::clamp(std::ceil(confidence * kBins) - 1, 0.0, double{kBins - 1}));
}

}  // namespace

ClassScores::ClassScores(int64_t num_labels, size_t max_scores) : num_labels_(num_labels), max_scores_(max_scores) {}

void ClassScores::add(std::span<const double> probabilities, int64_t label, int64_t predicted) {
  check_internal(static_cast<int64_t>(probabilities.size()) == num_labels_, "a probability for each label");
  check_internal(label >= 0 && label < num_labels_ && predicted >= 0 && predicted < num_labels_,
                 "a label is outside the scores");
  const auto id = static_cast<size_t>(label);
  rows_.push_back({static_cast<int32_t>(label), static_cast<int32_t>(predicted), log_loss(probabilities[id]),
                   squared_error(probabilities, id), probabilities[static_cast<size_t>(predicted)],
                   is_in_top(probabilities, id)});
  keep_scores(probabilities);
}

void ClassScores::keep_scores(std::span<const double> probabilities) {
  const std::span<const double> kept = num_labels_ == 2 ? probabilities.subspan(1) : probabilities;
  has_scores_ = has_scores_ && scores_.size() + kept.size() <= max_scores_;
  if (has_scores_) {
    scores_.insert(scores_.end(), kept.begin(), kept.end());
  } else {
    scores_ = {};
  }
}

ConfusionMatrix ClassScores::confusion(RowCounts counts) const {
  ConfusionMatrix matrix(num_labels_);
  for (size_t row = 0; row < rows_.size(); ++row) matrix.add(rows_[row].label, rows_[row].predicted, counts[row]);
  return matrix;
}

ProbabilityMeans ClassScores::means(RowCounts counts) const {
  double num_rows = 0;
  ProbabilityMeans sums;
  for (size_t row = 0; row < rows_.size(); ++row) {
    const double count = counts[row];
    num_rows += count;
    sums.log_loss += count * rows_[row].log_loss;
    sums.brier_score += count * rows_[row].squared_error;
    sums.top_accuracy += rows_[row].is_in_top ? count : 0;
  }
  for (const CalibrationBin& bin : calibration(counts))
    sums.calibration_error += std::abs(bin.correct - bin.confidence);
  return {sums.log_loss / num_rows, sums.brier_score / num_rows, sums.calibration_error / num_rows,
          sums.top_accuracy / num_rows};
}

std::vector<CalibrationBin> ClassScores::calibration(RowCounts counts) const {
  std::vector<CalibrationBin> bins(kBins);
  for (size_t row = 0; row < rows_.size(); ++row) {
    const double count = counts[row];
    CalibrationBin& bin = bins[bin_of(rows_[row].confidence)];
    bin.rows += count;
    bin.confidence += count * rows_[row].confidence;
    bin.correct += rows_[row].label == rows_[row].predicted ? count : 0;
  }
  return bins;
}

Ranking ClassScores::ranking(int64_t label) const {
  check_internal(has_scores_ && (num_labels_ != 2 || label == 1), "this label has a ranking");
  const auto width = num_labels_ == 2 ? 1 : static_cast<size_t>(num_labels_);
  const size_t column = num_labels_ == 2 ? 0 : static_cast<size_t>(label);
  std::vector<Ranking::Scored> values(rows_.size());
  for (size_t row = 0; row < rows_.size(); ++row) {
    values[row] = {scores_[row * width + column], static_cast<uint32_t>(row), rows_[row].label == label};
  }
  return Ranking(std::move(values));
}

std::vector<double> softmax(std::span<const float> logits) {
  const double highest = *std::ranges::max_element(logits);
  std::vector<double> probabilities(logits.size());
  double sum = 0;
  for (size_t label = 0; label < logits.size(); ++label) {
    probabilities[label] = std::exp(logits[label] - highest);
    sum += probabilities[label];
  }
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

}  // namespace hone::metric
