// Sums over rows in a parallel loop. Each part of the loop has its own sums, and add_up adds them in the order of the
// parts. Results are equal from run to run at the same number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hone::kernel {

template <typename A>
class PartialSums {
 public:
  // Makes sums of `width` columns. If not `wanted`, makes none: part() returns nullptr, add_up does nothing.
  PartialSums(bool wanted, int64_t num_parts, int64_t width)
      : width_(static_cast<size_t>(width)),
        stride_((width_ + kCacheLine - 1) / kCacheLine * kCacheLine),
        sums_(wanted ? stride_ * static_cast<size_t>(num_parts) : 0) {}

  A* part(int part) { return sums_.empty() ? nullptr : sums_.data() + stride_ * static_cast<size_t>(part); }

  // Writes the sums over all parts to `total`, unless it is nullptr.
  void add_up(A* total) const {
    if (total == nullptr) return;
    for (size_t i = 0; i < width_; ++i) {
      A sum = 0;
      for (size_t start = 0; start < sums_.size(); start += stride_) sum += sums_[start + i];
      total[i] = sum;
    }
  }

 private:
  static constexpr size_t kCacheLine = 64;  // elements; no two parts share a cache line
  size_t width_, stride_;
  std::vector<A> sums_;
};

}  // namespace hone::kernel
