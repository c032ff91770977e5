// Allocates large blocks and keeps freed memory for later blocks. Fresh pages are the most expensive part of a large
// allocation, and the system's allocator returns them at each free. The arena splits one range of addresses on
// allocation (best fit) and merges it on free, so that a block can reuse the memory of earlier blocks of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hone::tensor {

struct ArenaOptions {
  uint64_t address_bytes = 0;  // reserved; costs no memory until used
  uint64_t limit_bytes = 0;    // maximum memory; allocations beyond it fail
  // If the arena would hold more than this multiple of the peak memory in use, it returns freed memory to the system,
  // the longest unused first.
  double slack = 1.03;  // measured in training: as fast as 1.125, with 3 % less memory
};

struct ArenaStatistics {
  uint64_t in_use_bytes = 0, peak_in_use_bytes = 0;
  uint64_t held_bytes = 0, peak_held_bytes = 0;  // of memory, in use or kept
  uint64_t fresh_bytes = 0;                      // requested from the system so far
};

// Thread-safe.
class BlockArena {
 public:
  // If the system cannot reserve the addresses, the arena is empty and every allocation fails.
  explicit BlockArena(const ArenaOptions& options);
  ~BlockArena();
  BlockArena(const BlockArena&) = delete;
  BlockArena& operator=(const BlockArena&) = delete;

  bool is_empty() const { return size_ == 0; }
  bool contains(const void* block) const;

  // Returns a block aligned to 4 KiB, in huge pages if the system has them. Returns null if the limit, the address
  // range or the system do not allow it.
  void* allocate(uint64_t bytes);
  void release(void* block);

  // Gives all unused memory back to the system. Returns the number of bytes.
  uint64_t give_back();

  ArenaStatistics statistics() const;

 private:
  struct Gap {
    uint64_t size = 0;
    uint64_t freed_at = 0;  // sequence number of the free
  };
  using Gaps = std::map<uint64_t, Gap>;  // by offset

  uint64_t untouched_pages(uint64_t offset, uint64_t size) const;
  bool make_room(uint64_t num_pages, uint64_t limit, uint64_t kept_gap);
  Gaps::const_iterator oldest_gap(uint64_t kept_gap) const;
  uint64_t give_back(uint64_t offset, const Gap& gap, uint64_t most_pages);
  bool commit(uint64_t end);
  void take(Gaps::iterator gap, uint64_t size);
  void add_gap(uint64_t offset, Gap gap);
  void remove_gap(Gaps::iterator gap);

  ArenaOptions options_;
  char* base_ = nullptr;
  uint64_t size_ = 0, committed_ = 0;
  mutable std::mutex mutex_;
  Gaps gaps_;
  std::set<std::pair<uint64_t, uint64_t>> gaps_by_size_;  // (size, offset)
  std::unordered_map<uint64_t, uint64_t> used_;           // offset to size
  std::vector<bool> touched_;                             // whether each huge page has memory
  uint64_t num_touched_ = 0, num_frees_ = 0;
  ArenaStatistics statistics_;
};

}  // namespace hone::tensor
