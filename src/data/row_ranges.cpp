#include "data/row_ranges.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/machine.h"

namespace hone::data {

void for_row_ranges(uint64_t count, uint64_t range_size, const std::function<void(uint64_t, uint64_t)>& work) {
  const uint64_t num_ranges = (count + range_size - 1) / range_size;
  std::atomic<uint64_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  std::exception_ptr error;
  uint64_t error_range = num_ranges;
  const auto work_on_ranges = [&] {
    for (uint64_t range = next++; range < num_ranges && !failed; range = next++) {
      try {
        work(range * range_size, std::min(count, (range + 1) * range_size));
      } catch (...) {
        const std::lock_guard lock(mutex);
        failed = true;
        if (range < error_range) {
          error_range = range;
          error = std::current_exception();
        }
      }
    }
  };
  const auto num_threads = std::min<uint64_t>(num_ranges, static_cast<uint64_t>(this_machine().num_useful_threads()));
  std::vector<std::jthread> threads;
  for (uint64_t i = 1; i < num_threads; ++i) threads.emplace_back(work_on_ranges);
  work_on_ranges();
  threads.clear();
  if (error) std::rethrow_exception(error);
}

}  // namespace hone::data
