// Measures what a training will cost: runs a few of its steps, and asks the system for the memory of the process.
#pragma once

#include <cstdint>

#include "train/plan.h"
#include "train/prepare.h"

namespace hone::train {

double wall_seconds();  // since some point in the past

struct MeasureLimits {
  double seconds = 30;        // for the typical steps; one is run in any case, if it fits
  uint64_t memory_bytes = 0;  // a batch that needs more is not run; 0: no limit
  double (*clock)() = wall_seconds;
};

struct MeasuredSteps {
  int64_t num_steps = 0;                            // that were run
  double epoch_seconds = 0;                         // of all steps of an epoch
  double evaluation_seconds = 0;                    // of all evaluation rows, once; 0 without
  double test_seconds = 0;                          // of the look at all test rows at the end; 0 without
  uint64_t typical_tokens = 0, longest_tokens = 0;  // of a step; of the longest micro-batch
  double typical_seconds = 0, longest_seconds = 0;
  uint64_t peak_bytes = 0;  // of the process
  // The longest micro-batch was not run, nor were steps of other ones that limits.memory_bytes forbids.
  bool is_extrapolated = false;
  // The peak is about fixed_bytes + bytes_per_token * tokens of a micro-batch.
  uint64_t fixed_bytes = 0;
  double bytes_per_token = 0;
  uint64_t longest_row = 0;  // its tokens
};

// Runs steps of the plan, among them one with the longest rows, and evaluates some rows. The time of an epoch follows
// from steps that stand for all of them: each for a part of the steps, ordered by tokens. Changes the model's weights:
// do not use them afterwards. Errors: those of training steps.
MeasuredSteps measure_steps(const Prepared& prepared, const Plan& plan, const MeasureLimits& limits);

// Returns the most memory (bytes) that the process has taken since restart_peak(), or since its start if the system
// cannot restart it; 0 if it is unknown.
uint64_t peak_memory();
void restart_peak();

}  // namespace hone::train
