// From logits to the answers of /predict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hone::serve {

// Scores [rows, labels] of logits [rows, labels], by a name of eval::score_functions().
std::vector<float> apply_score_function(std::string_view function, std::vector<float> logits, size_t num_labels);

// Throws a 500 (http::RequestError) that names the first input of which the model gave a score that is not a finite
// number, which JSON cannot say: `num_labels` scores belong to an input.
void check_finite(const std::vector<float>& scores, size_t num_labels);

// [[{"label", "score"}, ...], ...]: for each row its labels from the highest score on, equal scores in the labels'
// order, as transformers sorts them; at most top_k of them. The caller includes <nlohmann/json.hpp>.
Json scores_json(const std::vector<float>& scores, const std::vector<std::string>& labels,
                 std::optional<int64_t> top_k);

}  // namespace hone::serve
