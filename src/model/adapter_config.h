// adapter_config.json: what a low-rank adapter is, and of which model. The format is that of PEFT 0.21's LoraConfig.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hone::text {
class Regex;
}

namespace hone::model {

inline constexpr const char *kAdapterConfigFile = "adapter_config.json",
                            *kAdapterWeightsFile = "adapter_model.safetensors";
// config.json of the adapted model: the labels, which PEFT does not save. Under its usual name, transformers would take
// the folder for a whole model.
inline constexpr const char* kAdaptedConfigFile = "model_config.json";

// A number for the linears whose name, or the end of it behind a point, the expression matches.
struct NamePattern {
  std::shared_ptr<const text::Regex> regex;
  double value = 0;
};

struct AdapterConfig {
  int64_t rank = 8;
  double alpha = 8;
  double dropout = 0;
  bool use_rslora = false;  // scale: alpha / sqrt(rank) instead of alpha / rank
  bool use_dora = false;
  // The linears with an adapter: endings of their names, or an expression. nn::Linear objects are found by
  // lora_targets() (model/lora.h); the tensors of a file say it themselves.
  Json target_modules;
  // Endings of the names of modules that are trained and saved whole.
  std::vector<std::string> modules_to_save;
  std::string base_model;  // a folder, or a name on the Hub
  std::string task_type;   // "SEQ_CLS", "TOKEN_CLS", or empty
  Json others = Json::object();
  // Ranks and alphas of the linears whose names match an expression; objects.
  Json rank_pattern = Json::object(), alpha_pattern = Json::object();
  // The same, compiled by read().
  std::vector<NamePattern> ranks, alphas;

  // Reads folder/adapter_config.json. Errors: kIo; kInput for a missing key, or a value of another type or range;
  // kUnsupported for another method than LoRA, or a variant of it that hone does not compute.
  static AdapterConfig read(const std::filesystem::path& folder);
  // Returns the file's content: every key of PEFT's LoraConfig, sorted.
  Json to_json() const;

  // Return what holds for a linear. Errors: kInput for an invalid expression in a pattern.
  int64_t rank_of(const std::string& linear) const;
  double scale_of(const std::string& linear) const;

  // Returns whether PEFT trains this module, or one that holds it, whole.
  bool saves_whole(std::string_view parameter_or_module) const;
};

}  // namespace hone::model
