// The allocator of tensors on the CPU: large blocks come from an arena that keeps freed memory (block_arena.h), small
// ones from the system. It does not affect memory with other owners, such as mapped files.
#pragma once

#include <cstdint>

namespace hone::tensor {

// Makes libtorch use this allocator; further calls do nothing. An allocation beyond the limit, the memory that this
// process may use (base/machine.h), throws Error (kIo) with the requested size, the memory in use and the limit. If the
// address space is limited (ulimit -v), libtorch keeps its own allocator.
void install_caching_allocator();

struct AllocatorStatistics {
  uint64_t in_use_bytes = 0, peak_in_use_bytes = 0;
  uint64_t cached_bytes = 0;     // free memory, kept for later blocks
  uint64_t peak_held_bytes = 0;  // in use or kept
  uint64_t fresh_bytes = 0;      // requested from the system so far
  uint64_t limit_bytes = 0;
};

// Returns the statistics of large blocks; zeros if the allocator is not installed.
AllocatorStatistics allocator_statistics();

// Gives cached memory back to the system. Returns the number of bytes.
uint64_t release_cached_memory();

}  // namespace hone::tensor
