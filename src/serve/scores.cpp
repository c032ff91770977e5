// Scores and their order.
#include "serve/scores.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "eval/evaluate.h"
#include "eval/prediction.h"
#include "http/response.h"

namespace hone::serve {

namespace {

Json row_json(const float* scores, const std::vector<std::string>& labels, size_t count) {
  std::vector<size_t> order(labels.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  Json row = Json::array();
  for (size_t i = 0; i < count; ++i) {
    row.push_back({{"label", labels[order[i]]}, {"score", eval::shortest_double(scores[order[i]])}});
  }
  return row;
}

}  // namespace

std::vector<float> apply_score_function(std::string_view function, std::vector<float> logits, size_t num_labels) {
  const c10::InferenceMode no_gradients;
  const auto columns = static_cast<int64_t>(num_labels);
  const at::Tensor rows = at::from_blob(logits.data(), {static_cast<int64_t>(logits.size()) / columns, columns});
  const at::Tensor scores = eval::find_score_function(function).apply(rows).contiguous();
  const float* values = scores.const_data_ptr<float>();
  return {values, values + scores.numel()};
}

void check_finite(const std::vector<float>& scores, size_t num_labels) {
  const auto found = std::find_if(scores.begin(), scores.end(), [](float score) { return !std::isfinite(score); });
  if (found == scores.end()) return;
  const size_t input = static_cast<size_t>(found - scores.begin()) / num_labels;
  throw http::RequestError({.status = 500,
                            .message = fmt::format("the model gave inputs[{}] a score that is not a number", input),
                            .field = fmt::format("inputs[{}]", input),
                            .hint = "its weights may hold values that are none; other inputs may be answered"});
}

Json scores_json(const std::vector<float>& scores, const std::vector<std::string>& labels,
                 std::optional<int64_t> top_k) {
  const size_t count =
      top_k && static_cast<uint64_t>(*top_k) < labels.size() ? static_cast<size_t>(*top_k) : labels.size();
  Json rows = Json::array();
  for (size_t begin = 0; begin < scores.size(); begin += labels.size()) {
    rows.push_back(row_json(scores.data() + begin, labels, count));
  }
  return rows;
}

}  // namespace hone::serve
