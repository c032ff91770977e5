// Converts logits to the responses of /predict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hone::serve {

// Returns the scores [rows, labels] of logits [rows, labels], by a name of task::score_functions(). Throws a 500
// (http::RequestError) if a logit is NaN or infinite; its field names the input, which has `rows_per_input` rows.
std::vector<float> checked_scores(std::string_view function, std::vector<float> logits, size_t num_labels,
                                  size_t rows_per_input = 1);

// Returns [[{"label", "score"}, ...], ...]: for each row its labels from the highest score to the lowest, equal scores
// by the labels' order, as transformers sorts them; at most top_k of them. The caller includes <nlohmann/json.hpp>.
Json scores_json(const std::vector<float>& scores, const std::vector<std::string>& labels,
                 std::optional<int64_t> top_k);

}  // namespace hone::serve
