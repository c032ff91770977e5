// A packed batch: the tokens of all sequences one after another in [T, C], with the offset of each sequence. There are
// no pad tokens.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace hone::tensor {

struct Packing {
  std::vector<int64_t> offsets = {0};  // [B + 1]; sequence b is tokens offsets[b] up to offsets[b + 1]
  // Attention reads all tokens, and computes only the first one of each sequence: [T, ...] -> [B, ...]. A body sets it
  // for its last layer if the head reads nothing else.
  bool returns_first_tokens = false;
  // [B] or empty: the position of each sequence's first token. Sequences that continue those of a cache begin later
  // than at 0.
  std::vector<int64_t> first_positions = {};

  // Computes the offsets from the lengths of the sequences.
  static Packing from_lengths(const std::vector<int64_t>& lengths);

  int64_t num_sequences() const { return static_cast<int64_t>(offsets.size()) - 1; }
  int64_t num_tokens() const { return offsets.back(); }
  int64_t length(int64_t sequence) const;
  std::vector<int64_t> lengths() const;
  int64_t max_length() const;  // 0 if there are no sequences

  at::Tensor first_tokens() const;  // [B] int64: the row of each sequence's first token
  at::Tensor last_tokens() const;   // the same of its last token
  at::Tensor positions() const;     // [T] int64: each token's position in its sequence

  // Throws kInternal unless the offsets start at 0, every sequence has a token, and they end at `num_rows`.
  void check(int64_t num_rows) const;
};

// Returns the rows of x [T, C] that attention computes: x, or the first row of each sequence [B, C].
at::Tensor returned_rows(const at::Tensor& x, const Packing& packing);

// Returns the row of each sequence's first token, which represents the sequence: x [T, C] -> [B, C]. The result is
// always float, because the heads compute in float.
at::Tensor first_rows(const at::Tensor& x, const Packing& packing);

// The same of each sequence's last token.
at::Tensor last_rows(const at::Tensor& x, const Packing& packing);

// Return the mean, or the largest values, of each sequence's rows: x [T, C] -> [B, C], always float.
at::Tensor mean_rows(const at::Tensor& x, const Packing& packing);
at::Tensor max_rows(const at::Tensor& x, const Packing& packing);
// Returns the sum of each sequence's rows, divided by the square root of their number.
at::Tensor sum_by_root_rows(const at::Tensor& x, const Packing& packing);
// Returns the mean of each sequence's rows, weighted by their positions, which begin at 1.
at::Tensor position_mean_rows(const at::Tensor& x, const Packing& packing);

}  // namespace hone::tensor
