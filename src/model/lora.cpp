#include "model/lora.h"

#include <map>
#include <optional>

#include "base/error.h"
#include "nn/adapter.h"
#include "nn/linear.h"

namespace hone::model {

namespace {

nn::LowRankAdapter& adapter_of(const nn::Linear& linear) {
  return dynamic_cast<nn::LowRankAdapter&>(*linear.adapter());
}

}  // namespace

std::vector<std::pair<std::string, std::shared_ptr<nn::Linear>>> named_linears(const Model& model) {
  std::vector<std::pair<std::string, std::shared_ptr<nn::Linear>>> found;
  for (const auto& item : model.module().named_modules()) {
    if (auto linear = std::dynamic_pointer_cast<nn::Linear>(item.value())) found.emplace_back(item.key(), linear);
  }
  return found;
}

void attach_lora(Model& model, std::span<const std::string> linears, const AdapterConfig& config) {
  std::map<std::string, std::shared_ptr<nn::Linear>> by_name;
  for (const auto& [name, linear] : named_linears(model)) by_name.emplace(name, linear);
  for (const std::string& name : linears) {
    check_internal(by_name.contains(name), "the model has the linears that get adapters");
    const std::shared_ptr<nn::Linear>& linear = by_name.at(name);
    std::optional<nn::Dropout> dropout;
    if (config.dropout > 0) dropout.emplace(config.dropout, model.dropout_sites());
    linear->set_adapter(std::make_shared<nn::LowRankAdapter>(
        *linear,
        nn::LowRankShape{
            .rank = config.rank_of(name), .scale = config.scale_of(name), .has_magnitude = config.use_dora},
        dropout));
  }
}

void draw_lora(Model& model, at::Generator generator) {
  for (const auto& [name, linear] : named_linears(model)) {
    if (linear->adapter() != nullptr) adapter_of(*linear).draw(linear->weight, generator);
  }
}

void merge_lora(Model& model) {
  for (const auto& [name, linear] : named_linears(model)) {
    if (linear->adapter() != nullptr) linear->merge_adapter();
  }
}

bool is_lora_parameter(std::string_view parameter) { return parameter.rfind(".lora_") != std::string_view::npos; }

std::vector<std::string> adapted_linears(const Model& model) {
  std::vector<std::string> names;
  for (const auto& [name, linear] : named_linears(model)) {
    if (linear->adapter() != nullptr) names.push_back(name);
  }
  return names;
}

}  // namespace hone::model
