// Answers that give each label a score, as transformers' text-classification pipeline does.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "task/answer.h"

namespace hone::task {

// How a model scores its labels. The answers refer to it.
struct LabelScoring {
  std::vector<std::string> labels;  // by id
  std::string function;             // the model's own score function
  std::vector<float> thresholds;    // [K]: a label is chosen if its sigmoid is above; empty: the best label is chosen
  std::string separator = ",";      // between the chosen labels in a csv cell

  // The scores [K] of a question: those of the mean of its windows' logits.
  std::vector<float> scores(const Outputs& outputs, const AnswerOptions& options = {}) const;
  std::string_view function_of(const AnswerOptions& options) const;
};

// The parameters that have an effect on these answers and their explanations.
inline constexpr std::string_view kLabelParameters[] = {"top_k", "function_to_apply"};
inline constexpr std::string_view kLabelExplainParameters[] = {"label"};

// JSON schema of their response: [{"label", "score"}, ...], from the highest score to the lowest.
inline constexpr std::string_view kLabelScoresSchema = R"({
  "description": "the labels, from the highest score to the lowest", "type": "array", "items": {
    "type": "object", "required": ["label", "score"], "additionalProperties": false,
    "properties": {"label": {"type": "string"}, "score": {"type": "number"}}}})";

// Without thresholds json() is {"label", "score", "scores": {...}}, where "scores" holds every label in the order of
// the ids, or with top_k so many from the highest score on; near_ties(), if there are any, are in "near_ties". With
// thresholds it is {"labels": [...], "scores": {...}}: the chosen labels in the order of their ids.
std::unique_ptr<Answer> label_answer(const LabelScoring& scoring, const Outputs& outputs, const AnswerOptions& options);

std::vector<std::string> label_answer_members(const LabelScoring& scoring);

// "label", "score" and a column "score_LABEL" for each label, or with top_k "label_2", "score_2" and so on. With
// thresholds "labels" in place of "label" and "score".
std::vector<std::string> label_answer_columns(const LabelScoring& scoring, const AnswerOptions& options);

// The score of a label, or if `label` is empty of the best one. Error (kUsage): the model has no such label.
std::unique_ptr<FollowedScore> followed_label(const LabelScoring& scoring, const std::string& label);

// Returns the ids of the labels from the highest score to the lowest, equal scores by id; at most top_k of them.
std::vector<size_t> ranked_labels(std::span<const float> scores, std::optional<int64_t> top_k = {});

// Returns the labels that are nearly as likely as the best one, the best first: those whose score is at least four
// fifths of the highest, at most kMaxNearTies. Returns none if that is only the best label, or if the scores are not a
// softmax, because other scores are independent of each other.
inline constexpr int64_t kMaxNearTies = 10;
std::vector<size_t> near_ties(std::span<const float> scores, std::string_view function);

}  // namespace hone::task
