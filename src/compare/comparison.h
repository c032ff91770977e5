// Two language models beside each other: the same prompts, the same seed, and why each answer ends where it does.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compare/answer.h"
#include "compare/chat_markers.h"
#include "compare/model_name.h"
#include "generate/options.h"
#include "options/provenance.h"
#include "tensor/compute.h"
#include "tensor/compute_options.h"

namespace hone::compare {

struct Settings {
  generate::GenerationOptions generation;
  options::Provenance provenance;  // what the user has set, which generation_config.json does not change
  bool applies_template = true;
  int64_t max_batch_tokens = 0;  // of all prompts and answers that are computed at the same time
  tensor::Compute compute;
  tensor::WeightOptions weights;
};

struct StopToken {
  int32_t id = 0;
  std::string token, origin;  // its text; the file and key that name it
};

struct Side {
  std::filesystem::path folder;
  ModelName name;
  std::string label;          // the name, made different from the other side's
  std::string template_file;  // empty: the model has no chat template
  bool uses_template = false;
  std::string sampling;  // the options of generation that are not the defaults
  std::vector<StopToken> stop_ids;
  std::vector<MarkerState> markers;   // of both models' templates
  std::optional<int32_t> end_marker;  // the token that ends a turn, if the vocabulary has it
  std::vector<Answer> answers;        // one for each prompt

  std::vector<int32_t> stops() const;
  Ending ending(size_t prompt) const;
  std::string reason(size_t prompt, Language language) const;
};

struct Comparison {
  std::vector<std::string> prompts;
  std::array<Side, 2> sides;

  // Returns one sentence: why the one goes on and the other one stops.
  std::string verdict(size_t prompt, Language language) const;
  // The same for all prompts: how many answers stopped, and why most of the others did not.
  std::string summary(Language language) const;
};

// Loads the models one after the other, and releases each. After an interrupt the answers are incomplete. Errors: those
// of load_causal_model, of the templates and of Generation; kUnsupported for a beam search and for several answers to a
// prompt.
Comparison compare(const std::array<std::filesystem::path, 2>& folders, const std::vector<std::string>& prompts,
                   const Settings& settings);

// {"models": [...], "prompts": [{"prompt", "answers", "verdict", "verdict_zh"}], "summary", "summary_zh"}.
Json to_json(const Comparison& comparison);

}  // namespace hone::compare
