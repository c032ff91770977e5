// Regression: one or several numbers for a text or a pair of texts.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "task/tasks.h"
#include "task/text_examples.h"

namespace hone::task {

std::unique_ptr<Task> make_regression(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);

// What the examples of regression are made of: K targets for each row.
struct RatedTexts {
  TextRows texts;
  std::vector<double> targets;                   // [rows, K]
  std::vector<std::string> names;                // of the targets
  std::string_view loss = "mse";                 // a name of kRegressionLossNames
  std::optional<model::OutputScale> scale = {};  // set: the outputs of the model are standardized targets
};

std::unique_ptr<Examples> make_examples(RatedTexts rows);

}  // namespace hone::task
