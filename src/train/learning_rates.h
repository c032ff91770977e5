// The share of the learning rate that each parameter has: by its layer (--layerwise-lr-decay), and of the head
// (--head-learning-rate).
#pragma once

#include <optional>

#include "model/model.h"
#include "train/optimizer.h"

namespace hone::train {

struct RateShares {
  double layerwise_decay = 1;         // of each layer, from the top: the last layer has this share
  std::optional<double> head_factor;  // of the head's parameters

  bool is_any() const { return layerwise_decay != 1 || head_factor; }
};

// Sets rate_factor of each parameter: d^(L + 1 - l) for layer l of L (counted from 1), d^(L + 1) for the embeddings, 1
// for pooler and head, as in timm's param_groups_layer_decay. A parameter that several layers read has the share of the
// first.
void set_rate_factors(const model::Model& model, const RateShares& shares, NamedParameters& parameters);

}  // namespace hone::train
