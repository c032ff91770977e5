// When a run begins to train parameters that --freeze names (--unfreeze-schedule). Gradual unfreezing: Howard and
// Ruder, "Universal Language Model Fine-tuning for Text Classification", arXiv 1801.06146.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "model/load.h"
#include "train/freezing.h"
#include "train/options.h"

namespace hone::train {

// Checks the schedule without a model. Errors (kUsage): an item that is not EPOCH:PART or gradual; epochs that do not
// ascend; a schedule without --freeze, or with adapters, whose base weights are not saved.
void check_unfreeze_schedule(const TrainOptions& options);

class Unfreezing {
 public:
  // `frozen`: the result of freeze(). Items: "EPOCH:last+N" (the output and the last N layers), "EPOCH:all",
  // "EPOCH:PATTERN" as in --freeze; or one item "gradual" or "gradual+N": after each epoch N more layers from the last
  // one on, the embeddings with the first layer. Errors (kUsage): those of the patterns; an item that unfreezes
  // nothing.
  Unfreezing(model::LoadedModel& loaded, const TrainOptions& options, int64_t steps_per_epoch);

  // Trains what the schedule says after so many finished steps. Returns what is frozen now if that changed.
  std::optional<Freezing> advance(int64_t finished_steps);

 private:
  struct Stage {
    int64_t step = 0;              // finished steps from which it applies
    std::set<std::string> frozen;  // what is still frozen then
  };

  model::LoadedModel& loaded_;
  bool evaluates_;
  std::vector<Stage> stages_;
  size_t next_ = 0;
};

}  // namespace hone::train
