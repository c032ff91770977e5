// Attention small enough to calculate by hand: one head of width 1, two tokens.
// q = 1, 0; k = 0, ln 3; v = 4, 8. The weights of query 0 are 1/4 and 3/4, those of query 1 are equal.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "kernel/attention.h"
#include "kernel/attention_head.h"

namespace hone::kernel {

struct AttentionExample {
  std::array<int64_t, 2> offsets = {0, 2};
  AttentionRules rules{
      .offsets = offsets.data(), .num_sequences = 1, .num_heads = 1, .num_kv_heads = 1, .head_width = 1};
  AttentionTask task{.queries = {0, 2}, .keys = {0, 2}, .kv_head = 0, .first_block = 0};
  std::array<float, 2> q = {1, 0}, k = {0, std::log(3.0F)}, v = {4, 8};
  AttentionInputs<float> inputs{{q.data(), 1}, {k.data(), 1}, {v.data(), 1}};
  std::array<float, 2> out = {7, 6};
  std::array<float, 2> logsumexp = {std::log(4.0F), std::log(2.0F)};
};

}  // namespace hone::kernel
