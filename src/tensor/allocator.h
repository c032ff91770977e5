// Where tensors on the CPU have their memory: large blocks from an arena that keeps what is freed (block_arena.h),
// small ones from the system. Memory that others own (mapped files) is not touched by it.
#pragma once

#include <cstdint>

namespace hone::tensor {

// From now on libtorch allocates by it; more calls do nothing. An allocation that does not fit throws Error (kIo),
// which says what was asked, what is in use and the limit: the memory that this process may have (base/machine.h).
// Where addresses are limited (ulimit -v), libtorch's own allocator stays.
void install_caching_allocator();

struct AllocatorStatistics {
  uint64_t in_use_bytes = 0, peak_in_use_bytes = 0;
  uint64_t cached_bytes = 0;     // kept for the next blocks
  uint64_t peak_held_bytes = 0;  // in use and kept
  uint64_t fresh_bytes = 0;      // pages asked of the system so far
  uint64_t limit_bytes = 0;
};

// Of large blocks; zeros where the allocator is not installed.
AllocatorStatistics allocator_statistics();

// Gives the system what is kept but not in use; returns how many bytes.
uint64_t release_cached_memory();

}  // namespace hone::tensor
