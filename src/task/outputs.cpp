#include "task/outputs.h"

#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>

#include <vector>

#include "base/error.h"
#include "task/features.h"

namespace hone::task {

namespace {

constexpr uint64_t kMaxTokens = 16384;  // computed at once, unless one window has more

// The outputs of each window, in their order.
std::vector<std::vector<float>> window_outputs(const model::Model& model, const Features& windows) {
  std::vector<std::vector<float>> outputs;
  std::vector<uint64_t> batch;
  uint64_t tokens = 0;
  const auto compute = [&] {
    const at::Tensor values = model.forward(make_batch(windows, batch), {}).to(at::kCPU, at::kFloat).contiguous();
    const bool is_per_token = model.reads_tokens();
    check_internal(static_cast<uint64_t>(values.size(0)) == (is_per_token ? tokens : batch.size()),
                   "the head has a row of outputs for each token or window");
    const float* next = values.const_data_ptr<float>();
    for (const uint64_t window : batch) {
      const float* const begin = next;
      next += static_cast<int64_t>(is_per_token ? windows.length(window) : 1) * model.num_outputs();
      outputs.emplace_back(begin, next);
    }
    batch.clear();
    tokens = 0;
  };
  for (uint64_t window = 0; window < windows.size(); ++window) {
    if (!batch.empty() && tokens + windows.length(window) > kMaxTokens) compute();
    batch.push_back(window);
    tokens += windows.length(window);
  }
  if (!batch.empty()) compute();
  return outputs;
}

}  // namespace

std::vector<Outputs> compute_outputs(const model::Model& model, std::span<const Question* const> questions) {
  const c10::InferenceMode no_gradients;
  Features windows;
  for (const Question* question : questions) {
    for (const text::Encoding& window : question->windows) windows.add(window);
  }
  std::vector<std::vector<float>> computed = window_outputs(model, windows);
  std::vector<Outputs> outputs(questions.size());
  auto next = std::make_move_iterator(computed.begin());
  for (size_t i = 0; i < questions.size(); ++i) {
    const auto begin = next;
    next += static_cast<ptrdiff_t>(questions[i]->windows.size());
    outputs[i].windows.assign(begin, next);
  }
  return outputs;
}

}  // namespace hone::task
