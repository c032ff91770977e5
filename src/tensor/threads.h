// How many threads compute. Results are equal from run to run at the same number of threads.
#pragma once

namespace hone::tensor {

// 0: one for each core that this process may use (base/machine.h). Sets torch's and OpenMP's pool; to be called before
// the first computation.
void set_num_threads(int num_threads);
int num_threads();

}  // namespace hone::tensor
