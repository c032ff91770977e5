#include "tensor/block_arena.h"

#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <thread>

#include "expect_error.h"

namespace block_arena_test {

using namespace hone;
using tensor::BlockArena;

constexpr uint64_t kMiB = uint64_t{1} << 20;

TEST_CASE("blocks are aligned to pages, are inside the arena and do not overlap") {
  BlockArena arena({.address_bytes = 64 * kMiB, .limit_bytes = 64 * kMiB});
  std::vector<std::pair<char*, uint64_t>> blocks;
  for (const uint64_t size : {uint64_t{1}, uint64_t{4096}, uint64_t{4097}, kMiB, 3 * kMiB + 5, 2 * kMiB}) {
    auto* const block = static_cast<char*>(arena.allocate(size));
    REQUIRE(block != nullptr);
    CHECK(reinterpret_cast<uintptr_t>(block) % 4096 == 0);
    CHECK(arena.contains(block));
    CHECK(arena.contains(block + size - 1));
    std::memset(block, static_cast<int>(blocks.size()), size);
    blocks.emplace_back(block, size);
  }
  for (size_t i = 0; i < blocks.size(); ++i) {
    CHECK(blocks[i].first[0] == static_cast<char>(i));
    CHECK(blocks[i].first[blocks[i].second - 1] == static_cast<char>(i));
  }
  int outside = 0;
  CHECK_FALSE(arena.contains(&outside));
  CHECK_FALSE(arena.contains(nullptr));
}

TEST_CASE("freed memory is reused for blocks of any size, without fresh pages") {
  BlockArena arena({.address_bytes = 64 * kMiB, .limit_bytes = 64 * kMiB});
  void* const first = arena.allocate(8 * kMiB);
  void* const second = arena.allocate(8 * kMiB);
  arena.release(first);
  arena.release(second);
  CHECK(arena.statistics().in_use_bytes == 0);
  CHECK(arena.statistics().fresh_bytes == 16 * kMiB);
  void* const joined = arena.allocate(12 * kMiB);
  void* const rest = arena.allocate(3 * kMiB);
  CHECK(joined == first);
  CHECK(arena.contains(rest));
  CHECK(arena.statistics().fresh_bytes == 16 * kMiB);
  CHECK(arena.statistics().in_use_bytes == 15 * kMiB);
  CHECK(arena.statistics().peak_in_use_bytes == 16 * kMiB);
  CHECK(arena.statistics().held_bytes == 16 * kMiB);
}

TEST_CASE("allocation fails beyond the limit, beyond the address range, and for size 0") {
  BlockArena arena({.address_bytes = 64 * kMiB, .limit_bytes = 16 * kMiB});
  CHECK(arena.allocate(0) == nullptr);
  CHECK(arena.allocate(17 * kMiB) == nullptr);
  CHECK(arena.allocate(~uint64_t{0}) == nullptr);
  void* const block = arena.allocate(10 * kMiB);
  CHECK(arena.allocate(8 * kMiB) == nullptr);
  CHECK(arena.allocate(6 * kMiB) != nullptr);
  arena.release(block);
  CHECK(arena.allocate(10 * kMiB) == block);
  BlockArena narrow({.address_bytes = 4 * kMiB, .limit_bytes = 16 * kMiB});
  CHECK(narrow.allocate(5 * kMiB) == nullptr);
  BlockArena empty({});
  CHECK(empty.is_empty());
  CHECK(empty.allocate(1) == nullptr);
}

TEST_CASE("unused memory is returned to the system if a new block fits into no gap and would exceed the limit") {
  BlockArena arena({.address_bytes = 64 * kMiB, .limit_bytes = 16 * kMiB, .slack = 100});
  std::vector<void*> blocks;
  for (int i = 0; i < 4; ++i) blocks.push_back(arena.allocate(4 * kMiB));
  arena.release(blocks[0]);
  arena.release(blocks[2]);
  std::memset(blocks[1], 1, 4 * kMiB);
  void* const large = arena.allocate(8 * kMiB);  // fits into neither gap
  REQUIRE(large != nullptr);
  std::memset(large, 2, 8 * kMiB);
  CHECK(arena.statistics().held_bytes == 16 * kMiB);
  CHECK(arena.statistics().fresh_bytes == 24 * kMiB);
  CHECK(static_cast<char*>(blocks[1])[4 * kMiB - 1] == 1);
}

TEST_CASE("the arena holds little more than its peak use, and returns the memory that was unused longest first") {
  BlockArena arena({.address_bytes = 256 * kMiB, .limit_bytes = 256 * kMiB, .slack = 1.125});
  std::vector<void*> blocks;
  for (int i = 0; i < 8; ++i) blocks.push_back(arena.allocate(4 * kMiB));
  arena.release(blocks[2]);
  arena.release(blocks[0]);
  std::memset(blocks[0], 1, 4 * kMiB);  // marks it, to detect which block was returned
  CHECK(arena.allocate(6 * kMiB) != nullptr);
  CHECK(arena.statistics().held_bytes <= 36 * kMiB);
  CHECK(static_cast<char*>(blocks[0])[0] == 1);
}

TEST_CASE("all unused memory is returned to the system on demand, and is zero when allocated again") {
  BlockArena arena({.address_bytes = 64 * kMiB, .limit_bytes = 64 * kMiB});
  void* const kept = arena.allocate(2 * kMiB);
  void* const freed = arena.allocate(6 * kMiB);
  std::memset(kept, 1, 2 * kMiB);
  std::memset(freed, 2, 6 * kMiB);
  arena.release(freed);
  CHECK(arena.give_back() == 6 * kMiB);
  CHECK(arena.give_back() == 0);
  CHECK(arena.statistics().held_bytes == 2 * kMiB);
  CHECK(static_cast<char*>(kept)[0] == 1);
  CHECK(arena.allocate(6 * kMiB) == freed);
  CHECK(static_cast<char*>(freed)[0] == 0);
}

TEST_CASE("a block that is freed twice is an error") {
  BlockArena arena({.address_bytes = 8 * kMiB, .limit_bytes = 8 * kMiB});
  void* const block = arena.allocate(kMiB);
  arena.release(block);
  const Error error = expect_error([&] { arena.release(block); });
  CHECK(error.kind() == ErrorKind::kInternal);
  CHECK(contains(error.what(), "freed twice"));
}

TEST_CASE("two threads can allocate and free concurrently") {
  BlockArena arena({.address_bytes = 512 * kMiB, .limit_bytes = 256 * kMiB});
  const auto work = [&](unsigned seed, bool& intact) {
    std::mt19937 generator(seed);
    std::vector<std::pair<char*, uint64_t>> blocks;
    for (int i = 0; i < 2000; ++i) {
      if (blocks.size() > 12 || (!blocks.empty() && generator() % 2 == 0)) {
        std::swap(blocks[generator() % blocks.size()], blocks.back());
        const auto [block, size] = blocks.back();
        intact = intact && block[0] == static_cast<char>(seed) && block[size - 1] == static_cast<char>(seed);
        arena.release(block);
        blocks.pop_back();
      } else {
        const uint64_t size = 1 + generator() % (4 * kMiB);
        auto* const block = static_cast<char*>(arena.allocate(size));
        intact = intact && block != nullptr;
        if (block == nullptr) return;
        block[0] = block[size - 1] = static_cast<char>(seed);
        blocks.emplace_back(block, size);
      }
    }
    for (const auto& [block, size] : blocks) arena.release(block);
  };
  bool first_intact = true, second_intact = true;
  std::thread other(work, 7, std::ref(second_intact));
  work(3, first_intact);
  other.join();
  CHECK(first_intact);
  CHECK(second_intact);
  const auto statistics = arena.statistics();
  CHECK(statistics.in_use_bytes == 0);
  CHECK(statistics.peak_in_use_bytes > 0);
  CHECK(arena.allocate(200 * kMiB) != nullptr);  // all free blocks are merged again
}

TEST_CASE("with ragged batches the arena holds little more than their peak use") {
  BlockArena arena({.address_bytes = 2048 * kMiB, .limit_bytes = 1024 * kMiB});
  std::mt19937 generator(5);
  uint64_t fresh_before = 0;
  for (int step = 0; step < 60; ++step) {
    // Activations of a batch: a few widths, sizes proportional to the tokens; freed in the backward pass.
    const uint64_t tokens = 2000 + generator() % 2000;
    std::vector<void*> kept;
    for (int layer = 0; layer < 6; ++layer) {
      for (const uint64_t width : {384, 1152, 384, 384, 1536, 1536, 384}) {
        void* const scratch = arena.allocate(tokens * 384 * 4);
        kept.push_back(arena.allocate(tokens * width * 4));
        arena.release(scratch);
      }
    }
    for (; !kept.empty(); kept.pop_back()) arena.release(kept.back());
    if (step == 29) fresh_before = arena.statistics().fresh_bytes;
  }
  const auto statistics = arena.statistics();
  CHECK(static_cast<double>(statistics.peak_held_bytes) < 1.15 * static_cast<double>(statistics.peak_in_use_bytes));
  CHECK(statistics.fresh_bytes - fresh_before < statistics.peak_in_use_bytes / 2);  // over 30 steps
}

}  // namespace block_arena_test
