// Predicts labels and scores of texts, as transformers' text-classification pipeline does.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "eval/classifier.h"
#include "eval/evaluate.h"
#include "task/features.h"

namespace hone::eval {

// The scores [rows, labels] of rows.
class Predictions {
 public:
  Predictions(std::vector<float> scores, size_t num_labels) : scores_(std::move(scores)), num_labels_(num_labels) {}

  size_t size() const { return scores_.size() / num_labels_; }
  std::span<const float> row(size_t row) const { return std::span(scores_).subspan(row * num_labels_, num_labels_); }

 private:
  std::vector<float> scores_;
  size_t num_labels_;
};

// Returns the scores in row order. `function`: a name of score_functions(), or empty for the model's own. Errors:
// nonfinite_error.
Predictions predict(const Classifier& classifier, const task::Features& features, std::string_view function = "",
                    const RowName& row_name = {});

// Returns the ids of the labels from the highest score to the lowest, equal scores by id; at most top_k of them.
std::vector<size_t> ranked_labels(std::span<const float> scores, std::optional<size_t> top_k = {});

// Returns the labels that are nearly as likely as the best one, the best first: those whose score is at least four
// fifths of the highest, at most kMaxNearTies. Returns none if that is only the best label, or if the scores are not a
// softmax, because other scores are independent of each other.
inline constexpr size_t kMaxNearTies = 10;
std::vector<size_t> near_ties(std::span<const float> scores, std::string_view function);

// Returns the double that prints with the float's own shortest digits: 0.9987, not 0.99870002269744873.
double shortest_double(float value);

// {"label": "POSITIVE", "score": 0.99, "scores": {"NEGATIVE": 0.01, "POSITIVE": 0.99}}. "scores" holds every label in
// the order of the ids, or with top_k so many from the highest score on. If near_ties() finds any, "near_ties" lists
// their names.
Json prediction_json(std::span<const float> scores, const std::vector<std::string>& labels, std::string_view function,
                     std::optional<size_t> top_k = {});

}  // namespace hone::eval
