// Divides a loop into one contiguous part per thread, by OpenMP (the thread pool of libtorch). The parts depend only on
// the number of threads, so that sums over parts are equal from run to run.
#pragma once

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>

namespace hone::kernel {

// Returns how many parts parallel_ranges makes.
inline int64_t num_parts(int64_t count, int64_t grain) {
  if (omp_in_parallel() != 0) return count > 0 ? 1 : 0;
  return std::min<int64_t>(omp_get_max_threads(), (count + grain - 1) / grain);
}

// Returns the grain of a loop over rows of this width: fewer than 16,384 elements are not worth another thread.
inline int64_t row_grain(int64_t width) { return std::max<int64_t>(1, 16384 / std::max<int64_t>(1, width)); }

// Keeps the first exception of a parallel region, to rethrow it after the region. OpenMP ends the program if an
// exception leaves a region.
class RegionFailure {
 public:
  // Calls f and keeps its exception. Every thread of the region calls this.
  template <typename F>
  void guard(F&& f) noexcept {
    try {
      f();
    } catch (...) {
      if (!failed_.exchange(true)) failure_ = std::current_exception();
    }
  }

  // Rethrows the kept exception, if any. Call it after the region.
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::atomic<bool> failed_ = false;
  std::exception_ptr failure_;
};

// Calls f(begin, end, part) for each part of [0, count), one part per thread; at most count / grain threads, rounded
// up.
// If a part throws, completes the other parts, then throws the first exception.
template <typename F>
void parallel_ranges(int64_t count, int64_t grain, F f) {
  const int parts = static_cast<int>(num_parts(count, grain));
  if (parts <= 1) {
    if (count > 0) f(int64_t{0}, count, 0);
    return;
  }
  RegionFailure failure;
// A loop, because OpenMP may give fewer threads than are asked for (OMP_DYNAMIC, OMP_THREAD_LIMIT).
#pragma omp parallel for schedule(static, 1) num_threads(parts)
  for (int part = 0; part < parts; ++part) {
    failure.guard([&] { f(count * part / parts, count * (part + 1) / parts, part); });
  }
  failure.rethrow();
}

}  // namespace hone::kernel
