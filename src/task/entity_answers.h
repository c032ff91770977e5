// Answers that list the entities of a text, as transformers' token-classification pipeline does.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metric/tags.h"
#include "task/answer.h"

namespace hone::task {

// The parameters that have an effect on these answers and their explanations.
inline constexpr std::string_view kEntityParameters[] = {"aggregation_strategy", "ignore_labels",
                                                         "constrained_decoding"};
inline constexpr std::string_view kEntityExplainParameters[] = {"label", "start", "end"};

// JSON schema of their response.
inline constexpr std::string_view kEntitiesSchema = R"({
  "description": "the entities in the order of the text", "type": "array", "items": {
    "type": "object", "required": ["score", "word", "start", "end"], "additionalProperties": false,
    "properties": {
      "entity_group": {"type": "string"},
      "entity": {"type": "string", "description": "with aggregation_strategy none: the tag of a token"},
      "score": {"type": "number"},
      "index": {"type": "integer", "description": "with aggregation_strategy none: the token's place in the text, with stride in its window"},
      "word": {"type": "string", "description": "the text from start to end"},
      "start": {"type": "integer", "description": "code points of the text"},
      "end": {"type": "integer"}}}})";

// Answers by AnswerOptions::aggregation_strategy: a unit is a token, or all tokens of a word. The probability of each
// tag is the softmax of its logit. Adjacent units of one type are an entity, unless a tag begins a new one. With
// constrained decoding, tags follow each other as their scheme allows (no I- after O): of all such sequences, the most
// likely one is taken. AnswerOptions::merges_windows says how overlapping windows become one answer. The question needs
// offsets and word ids. The answer refers to question and `tags`. Errors (kUsage): an unknown strategy.
std::unique_ptr<Answer> entity_answer(const metric::TagSet& tags, const Question& question, const Outputs& outputs,
                                      const AnswerOptions& options);

// The mean probability of a type over the tokens of a part of the text. Errors (kUsage): no label, an unknown one, or
// no part of the text.
std::unique_ptr<FollowedScore> followed_entity(const metric::TagSet& tags, const ExplainOptions& options,
                                               const Question& question);

}  // namespace hone::task
