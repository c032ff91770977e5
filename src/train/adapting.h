// Which adapters a run trains (--peft), and what is trained whole beside them.
#pragma once

#include <set>
#include <string>

#include "model/load.h"
#include "train/options.h"

namespace hone::train {

// Checks what can be checked before the model is read. Errors (kUsage): options of adapters without --peft, unless the
// model is an adapter; --resize-embeddings with adapters.
void check_adapter_options(const TrainOptions& options);

// Gives the model new adapters if the options ask for them, and sets loaded.adapter. Linears whose weights are in
// `frozen` get none. Checks the options of a model that is an adapter already. Errors (kUsage): names that mean no
// module; options that contradict the adapter; a model without weights.
void attach_adapters(model::LoadedModel& loaded, const TrainOptions& options, const std::set<std::string>& frozen);

// Returns "LoRA of rank 8, alpha 16, on query, value: 24 linears; classifier is trained whole"; empty without adapters.
std::string described_adapters(const model::LoadedModel& loaded);

// Returns the flags of the options that are given, or "no --peft", for messages.
std::string adapter_flags(const TrainOptions& options);

}  // namespace hone::train
