// Counts memory in huge pages, because the system allocates a huge page as a whole.
#include "tensor/block_arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <iterator>

#include "base/error.h"

namespace hone::tensor {

namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kHugePage = uint64_t{2} << 20;
constexpr uint64_t kCommitStep = uint64_t{64} << 20;

constexpr uint64_t rounded_up(uint64_t bytes, uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

BlockArena::BlockArena(const ArenaOptions& options) : options_(options) {
  const uint64_t bytes = rounded_up(options.address_bytes, kHugePage);
  if (bytes == 0) return;
  void* const range = mmap(nullptr, bytes + kHugePage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) return;
  const auto start = reinterpret_cast<uintptr_t>(range);
  const uint64_t before = rounded_up(start, kHugePage) - start;
  base_ = static_cast<char*>(range) + before;
  if (before > 0) munmap(range, before);
  munmap(base_ + bytes, kHugePage - before);
  madvise(base_, bytes, MADV_HUGEPAGE);  // fails harmlessly if the system has no huge pages
  size_ = bytes;
  touched_.resize(bytes / kHugePage);
  add_gap(0, {bytes, 0});
}

BlockArena::~BlockArena() {
  if (size_ > 0) munmap(base_, size_);
}

bool BlockArena::contains(const void* block) const {
  const auto address = reinterpret_cast<uintptr_t>(block), start = reinterpret_cast<uintptr_t>(base_);
  return address >= start && address - start < size_;
}

void* BlockArena::allocate(uint64_t bytes) {
  if (bytes == 0 || bytes > std::min(size_, options_.limit_bytes)) return nullptr;
  const uint64_t size = rounded_up(bytes, kPage);
  const std::lock_guard lock(mutex_);
  const auto fit = gaps_by_size_.lower_bound({size, 0});
  if (fit == gaps_by_size_.end()) return nullptr;
  const auto gap = gaps_.find(fit->second);
  const uint64_t offset = gap->first;
  const uint64_t peak = std::max(statistics_.peak_in_use_bytes, statistics_.in_use_bytes + size);
  const auto comfortable = static_cast<uint64_t>(options_.slack * static_cast<double>(peak));
  const uint64_t fresh = untouched_pages(offset, size);
  make_room(fresh, comfortable, offset);
  if (!make_room(fresh, options_.limit_bytes, offset)) return nullptr;
  if (!commit(offset + size)) return nullptr;
  take(gap, size);
  return base_ + offset;
}

void BlockArena::release(void* block) {
  const auto offset = static_cast<uint64_t>(static_cast<char*>(block) - base_);
  const std::lock_guard lock(mutex_);
  const auto found = used_.find(offset);
  check_internal(found != used_.end(), "a block is freed twice");
  Gap gap{found->second, ++num_frees_};
  used_.erase(found);
  statistics_.in_use_bytes -= gap.size;
  uint64_t start = offset;
  const auto next = gaps_.find(offset + gap.size);
  if (next != gaps_.end()) {
    gap.size += next->second.size;
    remove_gap(next);
  }
  if (const auto after = gaps_.lower_bound(offset); after != gaps_.begin()) {
    const auto before = std::prev(after);
    if (before->first + before->second.size == offset) {
      start = before->first;
      gap.size += before->second.size;
      remove_gap(before);
    }
  }
  add_gap(start, gap);
}

uint64_t BlockArena::give_back() {
  const std::lock_guard lock(mutex_);
  uint64_t given = 0;
  for (const auto& [offset, gap] : gaps_) given += give_back(offset, gap, touched_.size());
  return given * kHugePage;
}

ArenaStatistics BlockArena::statistics() const {
  const std::lock_guard lock(mutex_);
  ArenaStatistics now = statistics_;
  now.held_bytes = num_touched_ * kHugePage;
  return now;
}

uint64_t BlockArena::untouched_pages(uint64_t offset, uint64_t size) const {
  const auto begin = touched_.begin() + static_cast<ptrdiff_t>(offset / kHugePage);
  const auto end = touched_.begin() + static_cast<ptrdiff_t>((offset + size - 1) / kHugePage + 1);
  return static_cast<uint64_t>(std::count(begin, end, false));
}

// Gives gaps back to the system until `num_pages` more fit under the limit, except the gap that the caller will use.
bool BlockArena::make_room(uint64_t num_pages, uint64_t limit, uint64_t kept_gap) {
  const uint64_t limit_pages = rounded_up(limit, kHugePage) / kHugePage;
  while (num_touched_ + num_pages > limit_pages) {
    const auto gap = oldest_gap(kept_gap);
    if (gap == gaps_.end()) return num_pages == 0;
    give_back(gap->first, gap->second, num_touched_ + num_pages - limit_pages);
  }
  return true;
}

BlockArena::Gaps::const_iterator BlockArena::oldest_gap(uint64_t kept_gap) const {
  auto oldest = gaps_.end();
  for (auto gap = gaps_.begin(); gap != gaps_.end(); ++gap) {
    const uint64_t begin = rounded_up(gap->first, kHugePage);
    const uint64_t end = std::min(gap->first + gap->second.size, committed_) / kHugePage * kHugePage;
    if (gap->first == kept_gap || begin >= end) continue;
    if (untouched_pages(begin, end - begin) == (end - begin) / kHugePage) continue;
    if (oldest == gaps_.end() || gap->second.freed_at < oldest->second.freed_at) oldest = gap;
  }
  return oldest;
}

// Gives huge pages that lie entirely in the gap back to the system, beginning at its end. Returns their number.
uint64_t BlockArena::give_back(uint64_t offset, const Gap& gap, uint64_t most_pages) {
  const uint64_t begin = rounded_up(offset, kHugePage) / kHugePage;
  const uint64_t end = std::min(offset + gap.size, committed_) / kHugePage;
  uint64_t given = 0;
  for (uint64_t page = end; page > begin && given < most_pages; --page) {
    if (!touched_[page - 1]) continue;
    madvise(base_ + (page - 1) * kHugePage, kHugePage, MADV_DONTNEED);
    touched_[page - 1] = false;
    ++given;
  }
  num_touched_ -= given;
  return given;
}

// Makes the addresses up to `end` usable.
bool BlockArena::commit(uint64_t end) {
  if (end <= committed_) return true;
  const uint64_t target = std::min(size_, rounded_up(end, kCommitStep));
  if (mprotect(base_ + committed_, target - committed_, PROT_READ | PROT_WRITE) != 0) return false;
  committed_ = target;
  return true;
}

void BlockArena::take(Gaps::iterator gap, uint64_t size) {
  const uint64_t offset = gap->first;
  const Gap left{gap->second.size - size, gap->second.freed_at};
  remove_gap(gap);
  if (left.size > 0) add_gap(offset + size, left);
  used_.emplace(offset, size);
  for (uint64_t page = offset / kHugePage; page * kHugePage < offset + size; ++page) {
    if (touched_[page]) continue;
    touched_[page] = true;
    ++num_touched_;
    statistics_.fresh_bytes += kHugePage;
  }
  statistics_.in_use_bytes += size;
  statistics_.peak_in_use_bytes = std::max(statistics_.peak_in_use_bytes, statistics_.in_use_bytes);
  statistics_.peak_held_bytes = std::max(statistics_.peak_held_bytes, num_touched_ * kHugePage);
}

void BlockArena::add_gap(uint64_t offset, Gap gap) {
  gaps_.emplace(offset, gap);
  gaps_by_size_.emplace(gap.size, offset);
}

void BlockArena::remove_gap(Gaps::iterator gap) {
  gaps_by_size_.erase({gap->second.size, gap->first});
  gaps_.erase(gap);
}

}  // namespace hone::tensor
