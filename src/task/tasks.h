// The table of tasks. A task defines the loss, and its names in pipelines and in config.json.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <string_view>

namespace hone::task {

struct LossOptions {
  double label_smoothing = 0;
};

struct Task {
  std::string_view name;  // name of the pipeline in transformers
  std::string_view doc;
  std::string_view problem_type;  // in config.json
  // Returns the sum of the rows' losses, a scalar. logits [B, K], labels [B] int64.
  at::Tensor (*loss_sum)(const at::Tensor& logits, const at::Tensor& labels, const LossOptions& options);
};

std::span<const Task> tasks();

// Error (kUnsupported): an unknown name; the hint has the nearest one.
const Task& find_task(std::string_view name);

}  // namespace hone::task
