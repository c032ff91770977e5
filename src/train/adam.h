// Adam and AdamW. On the CPU they step over all parameters at once with hone's kernel, elsewhere by torch's fused
// operations.
#pragma once

#include <memory>

#include "train/optimizer.h"

namespace hone::train {

std::unique_ptr<Optimizer> make_adam(const NamedParameters& parameters, const OptimizerOptions& options);
std::unique_ptr<Optimizer> make_adamw(const NamedParameters& parameters, const OptimizerOptions& options);

}  // namespace hone::train
