#include "train/learning_rates.h"

#include <cmath>

#include "model/stages.h"

namespace hone::train {

void set_rate_factors(const model::Model& model, const RateShares& shares, NamedParameters& parameters) {
  if (!shares.is_any()) return;
  const model::Stages& stages = model.stages();
  for (size_t stage = stages.parameters.size(); stage-- > 0;) {
    const double factor = std::pow(shares.layerwise_decay, static_cast<double>(stages.num_layers() + 1 - stage));
    for (const size_t i : stages.parameters[stage]) parameters[i].rate_factor = factor;
  }
  if (!shares.head_factor) return;
  for (model::NamedParameter& parameter : parameters) {
    if (model.is_head(parameter.name)) parameter.rate_factor = *shares.head_factor;
  }
}

}  // namespace hone::train
