// Low-rank adapters on the linears of a model, in PEFT's way.
#pragma once

#include <ATen/core/Generator.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/adapter_config.h"
#include "model/model.h"

namespace hone::nn {
class Linear;
}  // namespace hone::nn

namespace hone::model {

// Returns all linears by name, in the model's order.
std::vector<std::pair<std::string, std::shared_ptr<nn::Linear>>> named_linears(const Model& model);
// Returns the names of the linears with an adapter.
std::vector<std::string> adapted_linears(const Model& model);
// Returns whether a parameter is one of an adapter.
bool is_lora_parameter(std::string_view parameter);

// Gives these linears adapters, whose parameters are unset.
void attach_lora(Model& model, std::span<const std::string> linears, const AdapterConfig& config);
// Draws the adapters of all linears in the model's order, bit for bit as PEFT does.
void draw_lora(Model& model, at::Generator generator);
// Gives the weights of all linears what their adapters make of them, and removes the adapters.
void merge_lora(Model& model);

}  // namespace hone::model
