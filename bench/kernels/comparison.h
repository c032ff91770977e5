// One operation by hone's kernel and by libtorch's operations, on the same shapes.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace hone::bench {

using Step = std::function<void()>;

struct Comparison {
  std::string name;
  // Each prepares its data and returns the function to measure. hone's runs at every level of the processor.
  std::function<Step()> torch, hone;
  bool needs_bf16 = false;  // skipped at levels that emulate bf16
};

std::vector<Comparison> attention_comparisons();
std::vector<Comparison> row_comparisons();
std::vector<Comparison> optimizer_comparisons();

}  // namespace hone::bench
