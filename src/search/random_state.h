// The draws of numpy's RandomState(seed), which Optuna's samplers use: the same seed gives the same proposals.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace hone::search {

class RandomState {
 public:
  explicit RandomState(uint32_t seed) : engine_(seed) {}

  // Returns a number of [0, 1) with 53 random bits.
  double uniform() {
    const uint32_t high = static_cast<uint32_t>(engine_()) >> 5, low = static_cast<uint32_t>(engine_()) >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
  }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // Returns `count` indices, drawn with these probabilities.
  std::vector<size_t> choice(const std::vector<double>& probabilities, size_t count);

 private:
  std::mt19937 engine_;
};

}  // namespace hone::search
