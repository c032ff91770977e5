// torch's thread pool is OpenMP's: one setting serves both.
#include "tensor/threads.h"

#include <ATen/Parallel.h>

#include "base/error.h"
#include "base/machine.h"

namespace hone::tensor {

void set_num_threads(int num_threads) {
  if (num_threads < 0) {
    throw Error(ErrorKind::kUsage, fmt::format("num_threads is {}", num_threads), "give 0 (all cores) or more");
  }
  at::set_num_threads(num_threads == 0 ? this_machine().num_useful_threads() : num_threads);
}

int num_threads() { return at::get_num_threads(); }

}  // namespace hone::tensor
