// Advice before a training: as text for the terminal, as JSON in both languages, and as a recipe for `hone train`.
#pragma once

#include <span>
#include <string>

#include "advise/criteria.h"

namespace hone::advise {

struct BeforeReport {
  const Before& before;
  std::vector<Criterion> criteria;
  std::vector<Diagnosis> findings;
  std::vector<Choice> given;    // model, data set, output folder ..., as a recipe begins
  std::vector<Choice> choices;  // the advised values
};

// Judges, finds and collects. `given`: what the user chose. `before` must outlive the result.
BeforeReport report_before(const Before& before, const BatchPlan& batch, std::vector<Choice> given,
                           std::vector<Choice> choices);

// Returns {"format": 1, "rows", "checkpoints", "best_checkpoint", "criteria", "findings", "values", "estimates",
// "command", ...}; each sentence is {"en", "zh"}.
Json to_json(const BeforeReport& report);

// Returns lines of at most `width` columns, except for commands, which can be pasted, and tables.
std::string to_text(const BeforeReport& report, Language language, size_t width);

// Returns a YAML file for `hone train --config`, with a comment in both languages before each value. `command`: the one
// that runs it.
std::string recipe_text(const BeforeReport& report, const std::string& command);

}  // namespace hone::advise
