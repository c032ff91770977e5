// A loop cut into one contiguous part a thread, by OpenMP: the same pool as libtorch's. The parts depend on the number
// of threads alone, so that sums over parts are equal from run to run.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

namespace hone::kernel {

// How many parts parallel_ranges makes.
inline int64_t num_parts(int64_t count, int64_t grain) {
  if (omp_in_parallel() != 0) return count > 0 ? 1 : 0;
  return std::min<int64_t>(omp_get_max_threads(), (count + grain - 1) / grain);
}

// The grain of a loop over rows of this width: less than 16,384 elements are not worth another thread.
inline int64_t row_grain(int64_t width) { return std::max<int64_t>(1, 16384 / std::max<int64_t>(1, width)); }

// Calls f(begin, end, part) for each part of [0, count), a part a thread; no more threads than count / grain rounded
// up. f must not throw.
template <typename F>
void parallel_ranges(int64_t count, int64_t grain, F f) {
  const int parts = static_cast<int>(num_parts(count, grain));
  if (parts <= 1) {
    if (count > 0) f(int64_t{0}, count, 0);
    return;
  }
#pragma omp parallel num_threads(parts)
  {
    const int part = omp_get_thread_num();
    f(count * part / parts, count * (part + 1) / parts, part);
  }
}

}  // namespace hone::kernel
