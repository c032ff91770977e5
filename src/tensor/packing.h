// A packed batch: the tokens of all sequences one after another in [T, C], with offsets where each sequence starts. No
// pad token exists, so nothing is computed for one.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace hone::tensor {

struct Packing {
  std::vector<int64_t> offsets = {0};  // [B + 1]; sequence b is tokens offsets[b] up to offsets[b + 1]

  // Offsets from the lengths of the sequences.
  static Packing from_lengths(const std::vector<int64_t>& lengths);

  int64_t num_sequences() const { return static_cast<int64_t>(offsets.size()) - 1; }
  int64_t num_tokens() const { return offsets.back(); }
  int64_t length(int64_t sequence) const;
  std::vector<int64_t> lengths() const;
  int64_t max_length() const;  // 0 without sequences

  at::Tensor first_tokens() const;  // [B] int64: the row of each sequence's first token
  at::Tensor positions() const;     // [T] int64: each token's place in its sequence, from 0

  // Throws kInternal unless the offsets start at 0, every sequence holds a token, and they end at `num_rows`.
  void check(int64_t num_rows) const;
};

}  // namespace hone::tensor
