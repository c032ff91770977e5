#include "eval/prediction.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <numeric>

namespace hone::eval {

namespace {

constexpr float kNearTie = 0.8f;  // of the highest score

}  // namespace

Predictions predict(const Classifier& classifier, const task::Features& features, std::string_view function,
                    const RowName& row_name) {
  const task::ScoreFunction& found = task::find_score_function(function.empty() ? classifier.score_function : function);
  check_embedded(classifier, features, row_name);
  return {scores(*classifier.model, features, found, row_name), classifier.labels.size()};
}

std::vector<size_t> ranked_labels(std::span<const float> scores, std::optional<size_t> top_k) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t count = std::min(order.size(), top_k.value_or(order.size()));
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(count), order.end(),
                    [&](size_t a, size_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  order.resize(count);
  return order;
}

std::vector<size_t> near_ties(std::span<const float> scores, std::string_view function) {
  if (function != "softmax" || scores.size() < 2) return {};
  const float least = kNearTie * *std::max_element(scores.begin(), scores.end());
  const auto count =
      static_cast<size_t>(std::count_if(scores.begin(), scores.end(), [&](float s) { return s >= least; }));
  return count < 2 ? std::vector<size_t>() : ranked_labels(scores, std::min(count, kMaxNearTies));
}

double shortest_double(float value) {
  char digits[64];
  const char* end = fmt::format_to(digits, "{}", value);
  double result = 0;
  std::from_chars(digits, end, result);
  return result;
}

Json prediction_json(std::span<const float> scores, const std::vector<std::string>& labels, std::string_view function,
                     std::optional<size_t> top_k) {
  Json by_label = Json::object();
  const auto add = [&](size_t id) { append_member(by_label, labels[id], shortest_double(scores[id])); };
  if (top_k) {
    for (const size_t id : ranked_labels(scores, top_k)) add(id);
  } else {
    for (size_t id = 0; id < labels.size(); ++id) add(id);
  }
  const size_t best = ranked_labels(scores, 1).front();
  Json json = {{"label", labels[best]}, {"score", shortest_double(scores[best])}};
  json["scores"] = std::move(by_label);
  if (const std::vector<size_t> near = near_ties(scores, function); !near.empty()) {
    for (const size_t id : near) json["near_ties"].push_back(labels[id]);
  }
  return json;
}

}  // namespace hone::eval
