// Predictions from probabilities.
#include "eval/prediction.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "eval/evaluate.h"

namespace hone::eval {

namespace {

constexpr uint64_t kTokensPerBatch = 4096;

}  // namespace

std::vector<Prediction> predict(const Classifier& classifier, const task::Features& features,
                                const std::function<void(uint64_t)>& progress, std::string_view function) {
  const std::vector<float> scores = probabilities(*classifier.model, features, kTokensPerBatch, progress, function);
  const size_t num_labels = classifier.labels.size();
  std::vector<Prediction> predictions(features.size());
  for (size_t row = 0; row < predictions.size(); ++row) {
    const auto begin = scores.begin() + static_cast<std::ptrdiff_t>(row * num_labels);
    const auto end = begin + static_cast<std::ptrdiff_t>(num_labels);
    predictions[row].scores.assign(begin, end);
    predictions[row].label = std::max_element(begin, end) - begin;
  }
  return predictions;
}

double shortest_double(float value) { return std::stod(fmt::format("{}", value)); }

Json prediction_json(const Prediction& prediction, const std::vector<std::string>& labels) {
  Json scores = Json::object();
  for (size_t id = 0; id < labels.size(); ++id) scores[labels[id]] = shortest_double(prediction.scores[id]);
  const auto best = static_cast<size_t>(prediction.label);
  return {{"label", labels[best]}, {"score", shortest_double(prediction.scores[best])}, {"scores", scores}};
}

}  // namespace hone::eval
