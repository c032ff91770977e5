#include "kernel/attention_head.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

TEST_CASE("sizes are rounded up to whole tiles") {
  CHECK(round_up(0, 16) == 0);
  CHECK(round_up(1, 16) == 16);
  CHECK(round_up(32, 16) == 32);
}

TEST_CASE("allocations are aligned and disjoint, and are the same again after restart()") {
  AttentionMemory memory;
  auto* first = memory.take<float>(100);
  auto* second = memory.take<double>(3);
  CHECK(reinterpret_cast<uintptr_t>(first) % 64 == 0);
  CHECK(reinterpret_cast<uintptr_t>(second) % 64 == 0);
  first[99] = 7;
  memory.restart();
  CHECK(memory.take<float>(50) == first);
  memory.restart();
  CHECK(memory.take<float>(1000) != nullptr);  // the memory grows
  CHECK(memory.take<double>(3) == second);
}

TEST_CASE("after a failed allocation the memory is still usable") {
  AttentionMemory memory;
  REQUIRE(memory.take<float>(100) != nullptr);
  memory.restart();
  CHECK_THROWS_AS(memory.take<float>(int64_t{1} << 50), std::bad_alloc);
  memory.restart();
  CHECK(memory.take<float>(100) != nullptr);
}

// Makes protected members public.
struct Opened : AttentionHead<float> {
  using AttentionHead::AttentionHead, AttentionHead::copy_rows, AttentionHead::tile_rules, AttentionHead::row,
      AttentionHead::keys_of, AttentionHead::write_rows, AttentionHead::width_, AttentionHead::padded_keys_;
};

// Two sequences of 3 and 70 tokens, two heads of width 2.
struct Example {
  std::vector<int64_t> offsets = {0, 3, 73};
  AttentionRules rules{.offsets = offsets.data(),
                       .num_sequences = 2,
                       .num_heads = 2,
                       .num_kv_heads = 2,
                       .head_width = 2,
                       .causal = true};
  AttentionTask task{.queries = {3, 70}, .keys = {3, 70}, .kv_head = 1, .first_block = 5};
  Opened head{rules, task};
};

TEST_CASE("rows of a head are padded with zeros, and are stored without the padding") {
  for_each_vector_level([] {
    const Example example;
    std::vector<float> tokens(73 * 4), copied(2 * 16, -1), back(tokens.size());
    for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<float>(i);
    REQUIRE(example.head.width_ == 16);
    REQUIRE(example.head.padded_keys_ == 80);
    example.head.copy_rows({tokens.data(), 4}, 1, 13, 1, 2, copied.data());
    std::vector<float> expected(2 * 16);
    expected[0] = 13 * 4 + 2;  // token 13, head 1
    expected[1] = 13 * 4 + 3;
    CHECK(copied == expected);
    example.head.write_rows(copied.data(), {back.data(), 4}, 1, 13, 1);
    CHECK(back[13 * 4 + 2] == 54);
    CHECK(back[13 * 4 + 3] == 55);
    CHECK(back[13 * 4 + 1] == 0);
    CHECK(back[14 * 4] == 0);
  });
}

TEST_CASE("a tile has its causal keys, its remaining queries and its dropout draws") {
  const Example example;
  const TileRules tile = example.head.tile_rules(1, 64, 0);
  CHECK(tile.num_keys == 70);
  CHECK(tile.padded_keys == 80);
  CHECK(tile.num_queries == 6);
  CHECK(tile.padded_queries == 16);
  CHECK(tile.blocks_per_query == 18);                      // of 72 elements
  CHECK(tile.first_block == 5 + (70 + 64) * 18);           // head 1, query 64
  CHECK(example.head.tile_rules(0, 0, 0).num_keys == 64);  // causal: the first block of queries sees no later keys
  CHECK(example.head.row(1, 2) == 73 + 3 + 2);
}

TEST_CASE("a window limits the keys of a block of queries to whole tiles around it") {
  Example example;
  example.task.queries.length = example.task.keys.length = 1000;
  example.rules.causal = false;
  example.rules.window = 20;
  const Opened head(example.rules, example.task);
  CHECK(head.keys_of(0).begin == 0);
  CHECK(head.keys_of(0).end == 84);
  CHECK(head.keys_of(128).begin == 96);  // the tile of key 108
  CHECK(head.keys_of(128).end == 212);
  CHECK(head.keys_of(960).end == 1000);
  CHECK(head.tile_rules(0, 128, 96).has_window);
  CHECK_FALSE(Example().head.tile_rules(0, 0, 0).has_window);
  example.rules.causal = true;
  CHECK(Opened(example.rules, example.task).keys_of(128).end == 192);
}

}  // namespace
}  // namespace hone::kernel
