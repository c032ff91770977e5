// Memory for large blocks, kept for the next ones: fresh pages are the dearest part of a large allocation, and the
// system's allocator gives them back at each free. One range of addresses, cut as asked (best fit) and joined again as
// freed, so that a block of any size finds the room of those before it, whatever their sizes were.
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
  uint64_t limit_bytes = 0;    // of memory; what is over is refused
  // Freed memory is given back to the system, that freed longest ago first, where the arena would hold more than this
  // share of the most that was ever in use.
  double slack = 1.03;  // a step of training was no slower than with 1.125, and held 3 % less
};

struct ArenaStatistics {
  uint64_t in_use_bytes = 0, peak_in_use_bytes = 0;
  uint64_t held_bytes = 0, peak_held_bytes = 0;  // of memory, in use or kept
  uint64_t fresh_bytes = 0;                      // pages asked of the system so far
};

// Its functions may be called from any thread.
class BlockArena {
 public:
  // Where the system reserves no addresses, the arena is empty and refuses every block.
  explicit BlockArena(const ArenaOptions& options);
  ~BlockArena();
  BlockArena(const BlockArena&) = delete;
  BlockArena& operator=(const BlockArena&) = delete;

  bool is_empty() const { return size_ == 0; }
  bool contains(const void* block) const;

  // A block aligned to a page of 4 KiB, in huge pages where the system has them; null where limit, addresses or system
  // do not allow it.
  void* allocate(uint64_t bytes);
  void release(void* block);

  // Gives all memory that is not in use back to the system; returns how much.
  uint64_t give_back();

  ArenaStatistics statistics() const;

 private:
  struct Gap {
    uint64_t size = 0;
    uint64_t freed_at = 0;  // order of the frees
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
  std::vector<bool> touched_;                             // huge pages that hold memory
  uint64_t num_touched_ = 0, num_frees_ = 0;
  ArenaStatistics statistics_;
};

}  // namespace hone::tensor
