// Which parameters of a model a run does not train (--freeze, and the base model of adapters). They have no gradient
// and no optimizer state. By default, the part of the model that --freeze names computes as in evaluation.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/load.h"
#include "train/options.h"

namespace hone::text {
class Regex;
}  // namespace hone::text

namespace hone::train {

// What is frozen, for messages and files. `stages` and the members after it are those that --freeze names.
struct Freezing {
  int64_t num_frozen = 0, num_trained = 0;  // values of the parameters
  std::vector<bool> stages;                 // model::FrozenStages::is_frozen; empty if nothing is frozen
  std::string body_end;           // "pooler", "final_norm": the body's frozen part behind its layers; may be empty
  int64_t num_partly_frozen = 0;  // other stages with frozen and with trained parameters
  bool evaluates = true;

  bool is_any() const { return num_frozen > 0; }
  // Returns "embeddings, layers 1 to 4 of 6", with "and some parameters of 2 other parts" where only some parameters
  // are frozen; empty if nothing is frozen.
  std::string described() const;
};

// A pattern of --freeze.
struct FreezePattern {
  std::string text;
  std::optional<int64_t> num_layers;         // of "embeddings+N"; 0 of "embeddings"
  std::shared_ptr<const text::Regex> regex;  // of "/REGEX/"; else null
};

// Reads the patterns, which needs no model. Errors (kUsage): an invalid number of layers or regular expression.
std::vector<FreezePattern> read_freeze_patterns(std::span<const std::string> texts);

// Freezes what options.freeze names: the parameters no longer require gradients. Gives the model its
// adapters (train/adapting.h). A pattern is "embeddings", "embeddings+N", "all-but-head", a regular expression between
// slashes, which is searched in the name of a parameter, or a glob for the name or for its first parts; the name of the
// body may be left out. New weights, which the model's files lack, stay trained unless a name pattern matches them;
// then a warning names them. Errors (kUsage): a pattern that matches nothing, with the nearest names; more layers than
// the model has; no parameter is left to train; those of attach_adapters().
Freezing freeze(model::LoadedModel& loaded, const TrainOptions& options);

// Returns the names that patterns mean, new weights included. Errors: those of freeze().
std::set<std::string> frozen_names(const model::LoadedModel& loaded, std::span<const std::string> patterns);

// Freezes the parameters with these names and trains the others; `evaluates`: frozen parts compute as in evaluation.
Freezing freeze_names(model::LoadedModel& loaded, const std::set<std::string>& names, bool evaluates);

}  // namespace hone::train
