// The examples of regression: texts with numbers as targets, and their evaluation.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.h"
#include "task/text_examples.h"

namespace hone::task {

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
