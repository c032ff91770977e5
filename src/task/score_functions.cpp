#include "task/score_functions.h"

#include <algorithm>
#include <cmath>

#include "base/names.h"
#include "metric/class_scores.h"

namespace hone::task {

namespace {

void softmax(std::span<float> row) {
  const std::vector<double> probabilities = metric::softmax(row);
  std::ranges::transform(probabilities, row.begin(), [](double value) { return static_cast<float>(value); });
}

void sigmoid(std::span<float> row) {
  for (float& value : row) value = 1 / (1 + std::exp(-value));
}

void unchanged(std::span<float>) {}

constexpr ScoreFunction kScoreFunctions[] = {
    {"softmax", "probabilities that sum to 1", softmax},
    {"sigmoid", "a probability for each label by itself", sigmoid},
    {"none", "the logits", unchanged},
};

static_assert(has_names(kScoreFunctions, kScoreFunctionNames), "kScoreFunctionNames and the table differ");

}  // namespace

std::span<const ScoreFunction> score_functions() { return kScoreFunctions; }

const ScoreFunction& find_score_function(std::string_view name) {
  return find_row(kScoreFunctions, "function_to_apply", name);
}

std::string_view default_score_function(std::string_view problem_type, int64_t num_labels) {
  if (problem_type == "regression") return "none";
  return problem_type == "multi_label_classification" || num_labels == 1 ? "sigmoid" : "softmax";
}

void apply_score_function(const ScoreFunction& function, std::span<float> values, size_t num_labels) {
  for (size_t begin = 0; begin < values.size(); begin += num_labels) function.apply(values.subspan(begin, num_labels));
}

std::optional<size_t> first_nonfinite_row(std::span<const float> values, size_t num_labels) {
  const auto found = std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (found == values.end()) return std::nullopt;
  return static_cast<size_t>(found - values.begin()) / num_labels;
}

Error nonfinite_error(std::string_view row) {
  return Error(ErrorKind::kInput, fmt::format("the model gave {} a score that is not a number", row),
               "the model's weights may be damaged (NaN or infinity)");
}

}  // namespace hone::task
