// hone train: fine-tunes a model on rows.
#include "base/interrupt.h"
#include "cli/library.h"
#include "train/run.h"

namespace hone::cli {

int run_train(const options::Parsed<train::TrainOptions>& parsed) {
  const train::RunEnd end = train::run_training(parsed.options);
  return end == train::RunEnd::kInterrupted ? 128 + pending_interrupt() : 0;
}

}  // namespace hone::cli
