// Runs independent tasks on several threads. The tasks must write to places of their own.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>

namespace hone::text {

// Returns the number of threads for the option num_threads, whose 0 means all cores.
inline int num_threads_of(int given) { return given > 0 ? given : omp_get_max_threads(); }

// Calls task(index, thread) for each index below `count` on `num_threads` threads, numbered from 0. If several tasks
// fail, rethrows the exception of the one with the lowest index.
template <typename Task>
void run_tasks(size_t count, int num_threads, const Task& task) {
  std::exception_ptr error;
  size_t error_at = count;
#pragma omp parallel for schedule(dynamic, 1) num_threads(num_threads)
  for (int64_t i = 0; i < static_cast<int64_t>(count); ++i) {
    const auto index = static_cast<size_t>(i);
    try {
      task(index, static_cast<size_t>(omp_get_thread_num()));
    } catch (...) {
#pragma omp critical(hone_text_task_error)
      if (index < error_at) {
        error_at = index;
        error = std::current_exception();
      }
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace hone::text
