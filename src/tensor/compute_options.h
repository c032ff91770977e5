// The options of every command that computes: threads, device, number format. This header needs no libtorch, because
// the program parses the options before it loads libtorch.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hone::tensor {

// The values of --device and --precision.
inline constexpr std::string_view kAuto = "auto", kCpu = "cpu", kCuda = "cuda", kFp32 = "fp32", kBf16 = "bf16";
inline constexpr std::array kDeviceNames = {kAuto, kCpu, kCuda};
inline constexpr std::array kPrecisionNames = {kAuto, kFp32, kBf16};

// The format of a language model's weights in memory.
inline constexpr std::string_view kFloat32 = "float32", kBfloat16 = "bfloat16";
inline constexpr std::array kWeightFormatNames = {kAuto, kFloat32, kBfloat16};

struct WeightOptions {
  std::string dtype = "auto";

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("dtype", self.dtype,
          "number format of the weights in memory, into which they are converted while they are loaded; auto: that of "
          "--precision")
        .choices({kWeightFormatNames.begin(), kWeightFormatNames.end()});
  }
};

struct ComputeOptions {
  int64_t num_threads = 0;
  std::string device = "auto";
  std::string precision = "auto";

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("num_threads", self.num_threads, "threads that compute; results are equal bit for bit at the same number")
        .at_least(0)
        .default_text("one for each core of this process");
    visit("device", self.device, "device to compute on; auto: a GPU if there is one")
        .choices({kDeviceNames.begin(), kDeviceNames.end()});
    visit("precision", self.precision,
          "number format of products and activations (weights, sums and losses are always fp32); auto: bf16 if the "
          "machine "
          "has instructions for it, fp32 otherwise")
        .choices({kPrecisionNames.begin(), kPrecisionNames.end()});
  }
};

}  // namespace hone::tensor
