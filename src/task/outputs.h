// Computes what the model says of questions.
#pragma once

#include <span>
#include <vector>

#include "model/model.h"
#include "task/answer.h"

namespace hone::task {

// Computes all windows of the questions without gradients, in one batch unless they are very many. Returns the outputs
// of each question.
std::vector<Outputs> compute_outputs(const model::Model& model, std::span<const Question* const> questions);

}  // namespace hone::task
