// Which linears of a model get adapters (--lora-target-modules), and which modules are trained whole beside them
// (--modules-to-save).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/adapter_config.h"
#include "model/model.h"

namespace hone::model {

// The item that means every linear but those that are saved whole.
inline constexpr std::string_view kAllLinear = "all-linear";

// Returns the names of the linears that `wanted` means, in the model's order: each item is the name of a module or its
// end behind a point, "all-linear", or an expression between slashes that matches a whole name. Leaves out modules that
// the config saves whole, and those for which is_excluded returns true. Sets config.target_modules to what PEFT must
// read to find the same linears. Errors (kUsage): an item that means no linear; the hint lists the names.
std::vector<std::string> lora_targets(const Model& model, std::span<const std::string> wanted,
                                      const std::function<bool(const std::string& linear)>& is_excluded,
                                      AdapterConfig& config);

// Returns the items that the model's family has by default.
std::vector<std::string> default_lora_targets(const Model& model);

// Throws kUsage if no module has one of these endings; the hint lists the names.
void check_modules_to_save(const Model& model, std::span<const std::string> endings);

// Returns the modules of the head that hold these new parameters ("bert.pooler").
std::vector<std::string> modules_of_new(const Model& model, std::span<const std::string> parameters);

// Returns PEFT's task type of the model: "SEQ_CLS"; empty if it has none.
std::string task_type_of(const Model& model);

}  // namespace hone::model
