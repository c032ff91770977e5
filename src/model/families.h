// The table of model families, keyed by "model_type" of config.json. CONTRIBUTING.md describes how to add a family.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "model/config.h"
#include "model/sequence_classifier.h"

namespace hone::model {

struct Family {
  std::string_view name;  // "model_type"
  std::string_view doc;
  std::string_view classifier_class;  // HF's class with a sequence classification head
  std::string_view body;              // the module of everything but the head; checkpoints may lack this prefix
  std::string_view word_embeddings;   // the module with a row for each token
  std::span<const std::string_view> drawn_if_missing;  // prefixes of parameters that a checkpoint may lack
  std::span<const ConfigKey> (*config_keys)();
  std::shared_ptr<SequenceClassifier> (*make_classifier)(const ModelConfig& config);
};

std::span<const Family> families();

// Returns the family of a config.json. Throws kUnsupported with the nearest name if model_type is unknown.
const Family& family_of(const ModelConfig& config);

// Returns the parameter's name for a checkpoint's tensor: translates old names (gamma, beta), adds the body's prefix if
// it is missing, removes the "module." of DataParallel. `has` returns whether the model has a parameter of this name.
std::string canonical_name(const Family& family, std::string_view stored,
                           const std::function<bool(const std::string&)>& has);

// Returns true for computed tables that old checkpoints store besides weights, such as position_ids.
bool is_buffer_name(std::string_view stored);

bool may_be_drawn(const Family& family, std::string_view parameter);

}  // namespace hone::model
