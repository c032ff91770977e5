// The options of every command that computes: threads, device, number format. Without libtorch, because the program
// parses them before it loads libtorch.
#pragma once

#include <cstdint>
#include <string>

namespace hone::tensor {

struct ComputeOptions {
  int64_t num_threads = 0;
  std::string device = "auto";
  std::string precision = "auto";

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("num_threads", self.num_threads, "threads that compute; results are equal bit for bit at the same number")
        .at_least(0)
        .default_text("one for each core of this process");
    visit("device", self.device, "where to compute; auto: on a GPU where there is one")
        .choices({"auto", "cpu", "cuda"});
    visit("precision", self.precision,
          "number format of products and activations (weights, sums and losses are fp32 always); auto: bf16 where the "
          "machine has instructions for it, fp32 elsewhere")
        .choices({"auto", "fp32", "bf16"});
  }
};

}  // namespace hone::tensor
