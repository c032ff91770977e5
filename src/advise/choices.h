// The values of options of `hone train` that fit rows, checkpoint and machine, each with its reason. The sentences
// stand in choices.inc.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "advise/before.h"
#include "advise/facts.h"

namespace hone::advise {

// The reason of an option's value in one case.
struct ChoiceRow {
  std::string_view option, reason_id;
  Sentence reason;
};

std::span<const ChoiceRow> choice_rows();

struct Choice {
  std::string option;  // "max_seq_length"
  Json value;
  Facts facts;
  const ChoiceRow* row = nullptr;

  std::string flags() const;  // "--max-seq-length 256"
  std::string reason(Language language) const;
};

// The share of the training rows that is held out, if the data set has no rows for evaluation.
inline constexpr double kHeldOutShare = 0.1;

// Of the memory that a training may take: the rest is for other programs and what the estimate misses.
inline constexpr double kUsableMemory = 0.9;
uint64_t usable_memory(uint64_t memory_bytes);

// Parameters: a base model has from kSmallModel to kLargeModel.
inline constexpr int64_t kSmallModel = 50'000'000, kLargeModel = 200'000'000;

// How the rows of a step are divided.
struct BatchPlan {
  int64_t batch_size = 0, accumulation = 1;
  bool checkpointing = false;  // of activations (--gradient-checkpointing)
  bool fits = true;

  int64_t rows_per_step() const { return batch_size * accumulation; }
};

// Returns the rows of a step for so many training rows: 8, 16 or 32.
int64_t usual_batch(uint64_t num_train_rows);

// Returns the plan for `rows_per_step` whose longest micro-batch stays in `memory_bytes` (0: unknown), as a measured
// step tells: smaller micro-batches that are accumulated, then activations that are computed again.
BatchPlan fitting_batch(const Measured& measured, int64_t rows_per_step, uint64_t memory_bytes);

// Returns the values in the order in which a recipe lists them. Those of the rows need no measurement.
// Leaves out the options that are given.
std::vector<Choice> choose(const Before& before, const BatchPlan& batch, std::span<const Choice> given = {});

// Returns an option that the user has given, such as the data set.
Choice given_choice(std::string option, Json value);

// Returns the value of an option among the choices, or null.
const Json* chosen(std::span<const Choice> choices, std::string_view option);

// A training part's usual learning rate, and the range to search.
struct RateRange {
  double low = 0, usual = 0, high = 0;
};
RateRange rate_range(int64_t num_parameters, TrainedPart part);

// Returns whether the most frequent label has at least three times the rows of the rarest one.
bool is_imbalanced(const RowsFacts& rows);

}  // namespace hone::advise
