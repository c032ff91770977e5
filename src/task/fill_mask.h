// Guesses the hidden words of a text, as transformers' pipeline "fill-mask" does.
#pragma once

#include <memory>

#include "task/tasks.h"

namespace hone::task {

inline constexpr int64_t kDefaultGuesses = 5;

// It answers only. A text needs at least one mask token; an answer has the most likely tokens for each, with their
// probabilities among all tokens. With options.fill_mask.targets it has these tokens alone. Errors: kInput for a
// tokenizer or a text without mask token; kUsage for a target that is not one token.
std::unique_ptr<Task> make_fill_mask(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);

}  // namespace hone::task
