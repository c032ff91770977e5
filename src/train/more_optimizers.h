// Optimizers besides Adam and SGD, by torch's operations on one parameter after another.
#pragma once

#include <memory>

#include "train/optimizer.h"

namespace hone::train {

// Adafactor as HF's Trainer uses it: with the given learning rate, without scaling by the parameter. Running means of
// the squared gradients of rows and columns take the place of Adam's mean squares.
std::unique_ptr<Optimizer> make_adafactor(const NamedParameters& parameters, const OptimizerOptions& options);

// Lion: the sign of a mean of gradients. `beta2` is of the mean that is kept.
std::unique_ptr<Optimizer> make_lion(const NamedParameters& parameters, const OptimizerOptions& options);

// Muon as torch.optim.Muon(adjust_lr_fn="match_rms_adamw") for hidden matrices, in fp32, and AdamW for other
// parameters: both with the same learning rate and weight decay.
std::unique_ptr<Optimizer> make_muon(const NamedParameters& parameters, const OptimizerOptions& options);

}  // namespace hone::train
