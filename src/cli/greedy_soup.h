// Chooses the models of a greedy soup by their metric on labelled rows (Wortsman et al., arXiv 2203.05482, recipe 1).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/average_options.h"
#include "model/average.h"
#include "options/given.h"

namespace hone::cli {

struct SoupIngredient {
  size_t model = 0;  // into the inputs
  double value = 0;  // its own metric
  double tried = 0;  // the metric of the average with it
  bool is_in = false;
};

struct Soup {
  std::string metric, rows;                 // "accuracy", "200 validation rows"
  std::vector<SoupIngredient> ingredients;  // the best model first
  double value = 0;                         // the metric of the average

  std::vector<double> weights() const;  // of the inputs: 1 or 0
};

// `folder` has config and tokenizer of the models; the weights of each average are written there to evaluate it, as the
// commands load it. Errors: those of hone eval; kUsage for an unknown metric; kInput for a metric that is undefined.
Soup greedy_soup(const model::AverageInputs& inputs, const AverageOptions& options, const std::filesystem::path& folder,
                 const std::vector<options::GivenOption>& given);

}  // namespace hone::cli
