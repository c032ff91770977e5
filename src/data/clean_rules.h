// The table of rules that change texts. Internal to the floor.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "data/clean_options.h"

namespace hone::data {

// Returns the changed text, or nullopt if the rule leaves it as it is. Returning an equal text is allowed too.
using TextChange = std::function<std::optional<std::string>(std::string_view text)>;

struct TextRule {
  std::string_view name;  // of the option
  // Returns the change that the options ask for, or an empty function if the rule is off.
  TextChange (*make)(const CleanOptions& options);
  // Why the rule may harm a pretrained model; empty if it does not.
  std::string_view harm;
  bool harms_cased_models_only = false;
};

// In the order in which they are applied.
std::span<const TextRule> text_rules();

}  // namespace hone::data
