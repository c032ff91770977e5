// Converts logits to scores, and reports scores that are not finite. eval, predict, train and serve use the same rules.
// Needs no torch.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.h"

namespace hone::task {

// transformers' names (function_to_apply), for options and schemas; the table of functions has the same names.
inline constexpr std::array<std::string_view, 3> kScoreFunctionNames = {"softmax", "sigmoid", "none"};

struct ScoreFunction {
  std::string_view name;
  std::string_view doc;
  void (*apply)(std::span<float> row);  // turns one row's logits [K] into scores
};
std::span<const ScoreFunction> score_functions();
// Errors (kUsage): an unknown name, with the nearest one.
const ScoreFunction& find_score_function(std::string_view name);

// Returns the name of the function that transformers' text-classification pipeline applies: none for regression,
// sigmoid for multi-label models and for a single label, else softmax. `problem_type` as in config.json; may be empty.
std::string_view default_score_function(std::string_view problem_type, int64_t num_labels);

// Applies the function to every row of `values` [rows, num_labels].
void apply_score_function(const ScoreFunction& function, std::span<float> values, size_t num_labels);

// Returns the first row of `values` [rows, num_labels] that holds NaN or infinity, or nullopt.
std::optional<size_t> first_nonfinite_row(std::span<const float> values, size_t num_labels);

// Returns the error (kInput) for such a row; `row` names it: "reviews.csv:17", "inputs[3]".
Error nonfinite_error(std::string_view row);

}  // namespace hone::task
