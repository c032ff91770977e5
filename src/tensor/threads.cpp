// torch's thread pool is OpenMP's: one setting serves both.
#include "tensor/threads.h"

#include <ATen/Parallel.h>
#include <sched.h>

#include "base/error.h"

namespace hone::tensor {

namespace {
int num_usable_cores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
}
}  // namespace

void set_num_threads(int num_threads) {
  if (num_threads < 0) {
    throw Error(ErrorKind::kUsage, fmt::format("num_threads is {}", num_threads), "give 0 (all cores) or more");
  }
  at::set_num_threads(num_threads == 0 ? num_usable_cores() : num_threads);
}

int num_threads() { return at::get_num_threads(); }

}  // namespace hone::tensor
