// Answers that are numbers, as a regression gives them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "task/answer.h"

namespace hone::task {

// JSON schema of their response.
inline constexpr std::string_view kNumbersSchema = R"({
  "description": "the number; of several targets each by its name", "type": "object", "additionalProperties": false,
  "properties": {"score": {"type": "number"}, "scores": {"type": "object", "additionalProperties": {"type": "number"}}}})";

// {"score": 4.2}, or {"scores": {"valence": 1.2, "arousal": 0.3}} if there are several targets; the numbers are the
// means over the windows. The answer refers to `names` [K].
std::unique_ptr<Answer> number_answer(const std::vector<std::string>& names, const Outputs& outputs);

// The only number of a model, under the label "score".
std::unique_ptr<FollowedScore> followed_number();

std::vector<std::string> number_answer_members(const std::vector<std::string>& names);

// "score", or "score_NAME" for each of several targets.
std::vector<std::string> number_answer_columns(const std::vector<std::string>& names);

}  // namespace hone::task
