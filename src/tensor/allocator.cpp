// The arena is never destroyed, because static tensors may outlive other static objects.
#include "tensor/allocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/alignment.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <mutex>

#include "base/error.h"
#include "base/machine.h"
#include "tensor/block_arena.h"

namespace hone::tensor {

namespace {

constexpr uint64_t kSmallestBlock = uint64_t{256} << 10;
// The share of the process's memory limit for large blocks; the rest is for the program, its files and small blocks.
constexpr double kShareOfMemory = 0.95;

std::atomic<BlockArena*> arena_in_use = nullptr;
uint64_t limit_in_use = 0;

constexpr double gibibytes(uint64_t bytes) { return static_cast<double>(bytes) / (uint64_t{1} << 30); }

[[noreturn]] void throw_out_of_memory(uint64_t bytes) {
  const uint64_t in_use = arena_in_use.load()->statistics().in_use_bytes;
  throw Error(
      ErrorKind::kIo,
      fmt::format("out of memory: a tensor of {} bytes ({:.2f} GiB) was requested, {:.2f} GiB are in use, and the "
                  "limit is {:.2f} GiB",
                  bytes, gibibytes(bytes), gibibytes(in_use), gibibytes(limit_in_use)),
      "use a smaller --per-device-train-batch-size with more --gradient-accumulation-steps (the steps stay the same); "
      "use --gradient-checkpointing; use a smaller --per-device-eval-batch-size; use a smaller --max-seq-length; use a "
      "smaller model");
}

void release(void* block) {
  BlockArena* const arena = arena_in_use.load(std::memory_order_relaxed);
  if (arena->contains(block)) {
    arena->release(block);
  } else {
    std::free(block);
  }
}

void* allocate_small(uint64_t bytes) {
  void* block = nullptr;
  if (posix_memalign(&block, c10::gAlignment, bytes) == 0) return block;
  release_cached_memory();
  if (posix_memalign(&block, c10::gAlignment, bytes) == 0) return block;
  throw_out_of_memory(bytes);
}

void* allocate_large(uint64_t bytes) {
  BlockArena* const arena = arena_in_use.load(std::memory_order_relaxed);
  void* const block = arena->allocate(bytes);
  if (block == nullptr) throw_out_of_memory(bytes);
  return block;
}

class CachingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    void* const block = bytes == 0 ? nullptr : bytes < kSmallestBlock ? allocate_small(bytes) : allocate_large(bytes);
    return {block, block, &release, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, size_t bytes) const override { default_copy_data(to, from, bytes); }
};

bool has_limited_addresses() {
  rlimit limit{};
  return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

void install() {
  const uint64_t memory = this_machine().usable_memory();
  if (has_limited_addresses() || memory == 0) return;
  limit_in_use = static_cast<uint64_t>(static_cast<double>(memory) * kShareOfMemory);
  auto* const arena = new BlockArena({.address_bytes = 4 * memory, .limit_bytes = limit_in_use});
  if (arena->is_empty()) {
    delete arena;
    return;
  }
  arena_in_use = arena;
  c10::SetCPUAllocator(new CachingAllocator);
}

}  // namespace

void install_caching_allocator() {
  static std::once_flag once;
  std::call_once(once, install);
}

AllocatorStatistics allocator_statistics() {
  const BlockArena* const arena = arena_in_use.load();
  if (arena == nullptr) return {};
  const ArenaStatistics now = arena->statistics();
  return {.in_use_bytes = now.in_use_bytes,
          .peak_in_use_bytes = now.peak_in_use_bytes,
          .cached_bytes = now.held_bytes - std::min(now.held_bytes, now.in_use_bytes),
          .peak_held_bytes = now.peak_held_bytes,
          .fresh_bytes = now.fresh_bytes,
          .limit_bytes = limit_in_use};
}

uint64_t release_cached_memory() {
  BlockArena* const arena = arena_in_use.load();
  return arena == nullptr ? 0 : arena->give_back();
}

}  // namespace hone::tensor
