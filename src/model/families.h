// The table of model families, keyed by "model_type" of config.json. To add one: its file pair, a row here, a fixture.
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
  std::string_view body;              // the module that holds everything but the head; checkpoints may lack this prefix
  std::span<const std::string_view> drawn_if_missing;  // prefixes of parameters that a checkpoint may lack
  std::span<const ConfigKey> (*config_keys)();
  std::shared_ptr<SequenceClassifier> (*make_classifier)(const ModelConfig& config);
};

std::span<const Family> families();

// The family of a config.json. Errors (kUnsupported): an unknown model_type, with the nearest name.
const Family& family_of(const ModelConfig& config);

// The name in hone's model of a checkpoint's tensor: old names (gamma, beta), a body without its prefix and the
// "module." of DataParallel are translated. `has` tells whether the model has a parameter of a name.
std::string canonical_name(const Family& family, std::string_view stored,
                           const std::function<bool(const std::string&)>& has);

// True for what old checkpoints hold beside weights: tables that are computed, as position_ids.
bool is_buffer_name(std::string_view stored);

bool may_be_drawn(const Family& family, std::string_view parameter);

}  // namespace hone::model
