#include "task/task.h"

#include "base/error.h"
#include "task/outputs.h"
#include "task/text_blocks.h"

namespace hone::task {

uint64_t Examples::num_targets(std::span<const uint64_t> rows, const nn::ForwardContext&) const { return rows.size(); }

uint64_t Examples::num_tokens() const {
  uint64_t count = 0;
  for (uint64_t row = 0; row < size(); ++row) count += length(row);
  return count;
}

double Examples::total_weight(std::span<const uint64_t> rows, const nn::ForwardContext& context) const {
  return static_cast<double>(num_targets(rows, context));
}

Calibration Evaluation::calibration(std::string_view what) const {
  throw Error(ErrorKind::kInternal, fmt::format("this task has no calibration \"{}\"", what));
}

std::unique_ptr<Examples> Task::text_examples(TextBlocks, const ExampleOptions&) const {
  throw Error(ErrorKind::kInternal, "this task reads rows");
}

std::vector<Outputs> Task::outputs(const model::Model& model, std::span<const Question* const> questions) const {
  return compute_outputs(model, questions);
}

std::unique_ptr<FollowedScore> Task::followed(const ExplainOptions&, const Question&) const {
  throw Error(ErrorKind::kUnsupported, "the answers of this model cannot be explained", "POST /predict gives them");
}

}  // namespace hone::task
