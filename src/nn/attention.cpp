// Attention a sequence at a time, so that no work is done for padding.
#include "nn/attention.h"

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "tensor/dropout.h"

namespace hone::nn {

namespace {

at::Tensor split_heads(const at::Tensor& x, int64_t num_heads) {
  return x.view({x.size(0), num_heads, -1}).transpose(0, 1);  // [S, H*D] -> [H, S, D]
}

at::Tensor join_heads(const at::Tensor& x) { return x.transpose(0, 1).reshape({x.size(1), -1}); }  // -> [S, H*D]

// q, k, v: [H, S, D] -> [H, S, D].
at::Tensor attend_with_dropout(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double p,
                               const RandomStream& stream, uint64_t first_element) {
  const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(-1)));
  const at::Tensor scores = at::matmul(q * scale, k.transpose(1, 2));  // [H, S, S]
  return at::matmul(tensor::dropout(at::softmax(scores, -1), p, stream, first_element), v);
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  const auto batched = [](const at::Tensor& x) { return x.unsqueeze(0); };  // [1, H, S, D]
  return at::scaled_dot_product_attention(batched(q), batched(k), batched(v)).squeeze(0);
}

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const tensor::Packing& packing,
                     int64_t num_heads, double p, const RandomStream& stream) {
  const std::vector<int64_t> lengths = packing.lengths();
  const auto all_q = q.split_with_sizes(lengths), all_k = k.split_with_sizes(lengths),
             all_v = v.split_with_sizes(lengths);
  std::vector<at::Tensor> outputs;
  uint64_t first_element = 0;
  for (size_t b = 0; b < lengths.size(); ++b) {
    const at::Tensor query = split_heads(all_q[b], num_heads), key = split_heads(all_k[b], num_heads),
                     value = split_heads(all_v[b], num_heads);
    outputs.push_back(join_heads(p > 0 ? attend_with_dropout(query, key, value, p, stream, first_element)
                                       : attend(query, key, value)));
    first_element += (static_cast<uint64_t>(num_heads * lengths[b] * lengths[b]) + 3) / 4 * 4;
  }
  return at::cat(outputs);
}

}  // namespace hone::nn
