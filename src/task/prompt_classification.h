// Text classification without training: a language model is asked with a prompt, and the label that follows most
// likely is the answer. Rows, metrics and answers are those of text classification.
#pragma once

#include <memory>

#include "task/tasks.h"

namespace hone::task {

// The scores of options.prompt.labels are their outputs: softmax makes probabilities of them. "sum": the log-likelihood
// of the label's tokens. "mean": their mean. "calibrated": the sum minus that of the same prompt with an empty text, as
// in "contextual calibration" (Zhao et al., "Calibrate before use", arXiv 2102.09690), whose W is diag(p)^-1 and b is
// 0.
std::unique_ptr<Task> make_prompt_classification(const TaskOptions& options, const model::ModelConfig& config,
                                                 Purpose purpose);

}  // namespace hone::task
