// Attention problems of any shape: inputs from a fixed generator, outputs, gradients.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>
#include <vector>

#include "kernel/attention.h"

namespace hone::kernel {

struct Shape {
  std::vector<int64_t> lengths;
  int64_t num_heads = 1, num_kv_heads = 1, head_width = 1;
  bool causal = false, masks_keys = false;
  int bias_heads = 0;  // 0: no bias
  double p = 0;
  int64_t window = kWholeSequence;
  bool turns = false;  // rotary positions; needs an even width
  // Terms of the distance of query and key. Distances up to `span` have a row each, those beyond share rows.
  bool has_distance_keys = false, has_distance_queries = false, has_distance_bias = false;
  int64_t span = 4;
  double soft_cap = 0;
  int64_t turned_width = 0;               // of rotary positions; 0: the whole head
  std::vector<int64_t> key_lengths = {};  // of cross-attention; empty: the keys are those of the queries

  bool has_distances() const { return has_distance_keys || has_distance_queries || has_distance_bias; }
};

template <typename T>
std::vector<T> random_values(size_t count, uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<T> values(count);
  for (T& value : values) value = rounded_to<T>(normal(generator));
  return values;
}

// Inputs, outputs and gradients of one shape; q, k and v are parts of one matrix, the result of one product.
template <typename T, typename Sum>
struct Problem {
  explicit Problem(const Shape& shape_) : shape(shape_) {
    offsets = {0};
    int64_t longest = 0;
    for (const int64_t length : shape.lengths) {
      offsets.push_back(offsets.back() + length);
      longest = std::max(longest, length);
    }
    tokens = offsets.back();
    num_keys = tokens;
    if (!shape.key_lengths.empty()) {
      key_offsets = {0};
      for (const int64_t length : shape.key_lengths) key_offsets.push_back(key_offsets.back() + length);
      num_keys = key_offsets.back();
      kv_width = 2 * shape.num_kv_heads * shape.head_width;
      kv = random_values<T>(static_cast<size_t>(num_keys * kv_width), 8);
      kv_gradients.resize(kv.size());
    }
    width = (shape.num_heads + 2 * shape.num_kv_heads) * shape.head_width;
    out_width = shape.num_heads * shape.head_width;
    qkv = random_values<T>(static_cast<size_t>(tokens * width), 1);
    out_gradient = random_values<T>(static_cast<size_t>(tokens * out_width), 2);
    out.resize(static_cast<size_t>(tokens * out_width));
    gradients.resize(qkv.size());
    logsumexp.resize(static_cast<size_t>(tokens * shape.num_heads));
    bias = random_values<float>(static_cast<size_t>(shape.bias_heads * longest * longest), 3);
    for (int64_t i = 0; shape.turns && i < longest * shape.head_width / 2; ++i) {
      cosines.push_back(std::cos(static_cast<float>(i) * 0.37F));
      sines.push_back(std::sin(static_cast<float>(i) * 0.37F));
    }
    for (int64_t i = 0; i < num_keys; ++i) key_mask.push_back(i % 3 != 1);
    rules = {.offsets = offsets.data(),
             .key_offsets = key_offsets.empty() ? nullptr : key_offsets.data(),
             .num_sequences = static_cast<int64_t>(shape.lengths.size()),
             .num_heads = shape.num_heads,
             .num_kv_heads = shape.num_kv_heads,
             .head_width = shape.head_width,
             .scale = 1 / std::sqrt(static_cast<double>(shape.head_width)),
             .soft_cap = shape.soft_cap,
             .causal = shape.causal,
             .window = shape.window,
             .p = shape.p,
             .stream = {42, 7, 1, 3}};
    if (shape.has_distances()) make_distances(longest);
    if (shape.turns) rules.rotary = {cosines.data(), sines.data(), shape.turned_width};
    if (shape.masks_keys) rules.key_mask = key_mask.data();
    if (shape.bias_heads > 0) {
      rules.bias = bias.data();
      rules.bias_head_stride = shape.bias_heads > 1 ? longest * longest : 0;
      rules.bias_query_stride = longest;
    }
  }

  template <typename U>
  HeadRows<U> part(std::vector<T>& values, int64_t first_head) const {
    return {values.data() + first_head * shape.head_width, width};
  }
  // The keys' or values' part: of the queries' matrix, or of one of their own.
  template <typename U>
  HeadRows<U> key_part(std::vector<T>& of_queries, std::vector<T>& own, int64_t first_head) const {
    if (own.empty()) return part<U>(of_queries, shape.num_heads + first_head);
    return {own.data() + first_head * shape.head_width, kv_width};
  }
  AttentionInputs<T> inputs() {
    return {part<const T>(qkv, 0),
            key_part<const T>(qkv, kv, 0),
            key_part<const T>(qkv, kv, shape.num_kv_heads),
            {distance_keys.empty() ? nullptr : distance_keys.data(), out_width},
            {distance_queries.empty() ? nullptr : distance_queries.data(), out_width},
            distance_bias.empty() ? nullptr : distance_bias.data()};
  }
  AttentionResults<T, Sum> results() {
    return {{out.data(), out_width}, {out_gradient.data(), out_width}, logsumexp.data()};
  }
  AttentionGradients<T> into() {
    const auto data = [](std::vector<Sum>& values) { return values.empty() ? nullptr : values.data(); };
    return {part<T>(gradients, 0),
            key_part<T>(gradients, kv_gradients, 0),
            key_part<T>(gradients, kv_gradients, shape.num_kv_heads),
            {data(distance_key_gradients), out_width},
            {data(distance_query_gradients), out_width},
            data(distance_bias_gradients)};
  }

  void run() {
    attention_forward(rules, inputs(), HeadRows<T>{out.data(), out_width}, logsumexp.data());
    attention_backward(rules, inputs(), results(), into());
  }
  void run_reference() {
    attention_forward_reference(rules, inputs(), HeadRows<T>{out.data(), out_width}, logsumexp.data());
    attention_backward_reference(rules, inputs(), results(), into());
  }

  // Returns the scalar whose gradients are computed.
  Sum objective() {
    attention_forward_reference(rules, inputs(), HeadRows<T>{out.data(), out_width}, logsumexp.data());
    Sum sum = 0;
    for (size_t i = 0; i < out.size(); ++i) sum += to_float(out[i]) * to_float(out_gradient[i]);
    return sum;
  }

  void make_distances(int64_t longest) {
    const int64_t span = shape.span;
    for (int64_t d = 1 - longest; d < longest; ++d) {
      const int64_t far = std::abs(d) <= span ? std::abs(d) : span + std::min(span, (std::abs(d) - span + 1) / 2);
      distance_rows.push_back(static_cast<int32_t>(2 * span + (d < 0 ? -far : far)));
    }
    rules.num_distance_rows = 4 * span + 1;
    if (!distance_rows.empty()) rules.distance_rows = distance_rows.data() + distance_rows.size() / 2;
    const auto size = static_cast<size_t>(rules.num_distance_rows * out_width);
    if (shape.has_distance_keys) distance_keys = random_values<T>(size, 4);
    if (shape.has_distance_queries) distance_queries = random_values<T>(size, 5);
    if (shape.has_distance_bias) {
      for (const float value :
           random_values<float>(static_cast<size_t>(rules.num_distance_rows * shape.num_heads), 6)) {
        distance_bias.push_back(value);
      }
    }
    distance_key_gradients.assign(distance_keys.size(), -1);
    distance_query_gradients.assign(distance_queries.size(), -1);
    distance_bias_gradients.assign(distance_bias.size(), -1);
  }

  Shape shape;
  std::vector<int64_t> offsets, key_offsets;
  int64_t tokens = 0, num_keys = 0, width = 0, kv_width = 0, out_width = 0;
  std::vector<T> qkv, out, out_gradient, gradients;
  std::vector<T> kv, kv_gradients;  // empty if the keys are those of the queries
  std::vector<Sum> logsumexp;
  std::vector<float> bias, cosines, sines;
  std::vector<uint8_t> key_mask;
  std::vector<int32_t> distance_rows;
  std::vector<T> distance_keys, distance_queries;
  std::vector<Sum> distance_bias;
  std::vector<Sum> distance_key_gradients, distance_query_gradients, distance_bias_gradients;
  AttentionRules rules;
};

}  // namespace hone::kernel
