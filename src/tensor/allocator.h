// The allocator of tensors on the CPU: large blocks come from an arena that keeps freed memory (block_arena.h), small
// ones from the system. Memory with other owners (mapped files) is not affected.
#pragma once

#include <cstdint>

namespace hone::tensor {

// Makes libtorch use this allocator from now on; further calls do nothing. An allocation that does not fit throws Error
// (kIo) with the requested size, the memory in use and the limit: the memory that this process may have
// (base/machine.h). If addresses are limited (ulimit -v), libtorch keeps its own allocator.
void install_caching_allocator();

struct AllocatorStatistics {
  uint64_t in_use_bytes = 0, peak_in_use_bytes = 0;
  uint64_t cached_bytes = 0;     // free, kept for the next blocks
  uint64_t peak_held_bytes = 0;  // in use or kept
  uint64_t fresh_bytes = 0;      // requested from the system so far
  uint64_t limit_bytes = 0;
};

// Statistics of large blocks; zeros if the allocator is not installed.
AllocatorStatistics allocator_statistics();

// Returns memory that is kept but not in use to the system; returns how many bytes.
uint64_t release_cached_memory();

}  // namespace hone::tensor
