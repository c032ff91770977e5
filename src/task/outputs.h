// Computes the outputs of the model for questions.
#pragma once

#include <span>
#include <vector>

#include "model/model.h"
#include "task/answer.h"

namespace hone::task {

// Computes all windows of the questions without gradients, in one batch, or in several if they have very many
// tokens. Returns the outputs of each question.
std::vector<Outputs> compute_outputs(const model::Model& model, std::span<const Question* const> questions);

}  // namespace hone::task
