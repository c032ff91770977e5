// Attention query by query: out = dropout(softmax(cap(scale q k^T) + bias)) v, q and k turned by their positions, with
// the terms of the distance of query and key.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <type_traits>
#include <vector>

#include "kernel/attention.h"
#include "kernel/parallel.h"

namespace hone::kernel {

namespace {

// One head of one sequence.
struct Head {
  int64_t sequence = 0, head = 0;
  TokenRange queries, keys;
  uint64_t first_draw = 0;  // of query 0
};

template <typename T, typename Sum>
class HeadReference {
 public:
  HeadReference(const AttentionRules& rules, const AttentionInputs<T>& inputs, const Head& head)
      : rules_(rules),
        inputs_(inputs),
        head_(head),
        queries_(turned(inputs.q, head.queries, head.head)),
        keys_(turned(inputs.k, head.keys, kv_head())),
        scores_(head.keys.length),
        slopes_(head.keys.length, 1),
        kept_(head.keys.length) {}

  void forward(int64_t query, HeadRows<T> out, Sum* logsumexp) {
    const Sum total = score(query);
    logsumexp[row(query)] = total;
    for (int64_t d = 0; d < rules_.head_width; ++d) {
      Sum value = 0;
      for (int64_t j = 0; j < head_.keys.length; ++j) {
        if (const Sum p = probability(j, total); p != 0) value += p * kept_[j] * to_float(v(j)[d]);
      }
      *element(out, head_.queries.first + query, head_.head, d) = rounded_to<T>(value);
    }
  }

  // Adds to the gradients [S, D], which have the type Sum, and to those of the distance tables.
  void backward(int64_t query, const AttentionResults<T, Sum>& results, const AttentionGradients<double>& tables,
                Sum* q_gradient, Sum* k_gradient, Sum* v_gradient) {
    score(query);
    const Sum total = results.logsumexp[row(query)];
    const T* out = element(results.out, head_.queries.first + query, head_.head, 0);
    const T* out_gradient = element(results.out_gradient, head_.queries.first + query, head_.head, 0);
    const Sum delta = dot(out, out_gradient);
    const int64_t width = rules_.head_width;
    for (int64_t j = 0; j < head_.keys.length; ++j) {
      const Sum p = probability(j, total);
      if (p == 0) continue;
      const Sum score_gradient =
          p * (kept_[j] * dot(out_gradient, v(j)) - delta) * slopes_[j] * static_cast<Sum>(rules_.scale);
      for (int64_t d = 0; d < width; ++d) {
        v_gradient[j * width + d] += p * kept_[j] * to_float(out_gradient[d]);
        q_gradient[query * width + d] += score_gradient * to_float(k(j)[d]);
        k_gradient[j * width + d] += score_gradient * to_float(q(query)[d]);
      }
      if (rules_.distance_rows == nullptr) continue;
      add_distance_gradients(query, j, score_gradient, tables, q_gradient + query * width, k_gradient + j * width);
    }
  }

  // Turns the gradient [S, D] of q or k back.
  void turn_back(std::vector<Sum>& gradient) const {
    turn(Turn::kBack, static_cast<int64_t>(gradient.size()) / rules_.head_width, gradient.data());
  }

 private:
  // The head's part of the table's row for query i and key j.
  template <typename U>
  U* of_distance(HeadRows<U> table, int64_t i, int64_t j) const {
    if (table.data == nullptr) return nullptr;
    return table.data + rules_.distance_rows[i - j] * table.row_stride + head_.head * rules_.head_width;
  }
  int64_t bias_place(int64_t i, int64_t j) const {
    return head_.head * rules_.num_distance_rows + rules_.distance_rows[i - j];
  }

  Sum distance_terms(int64_t i, int64_t j) const {
    Sum sum = 0;
    const T *row_key = of_distance(inputs_.distance_keys, i, j),
            *row_query = of_distance(inputs_.distance_queries, i, j);
    if (row_key != nullptr) sum += dot(q(i), row_key);
    if (row_query != nullptr) sum += dot(k(j), row_query);
    sum *= static_cast<Sum>(rules_.scale);
    return inputs_.distance_bias == nullptr ? sum : sum + inputs_.distance_bias[bias_place(i, j)];
  }

  void add_distance_gradients(int64_t i, int64_t j, Sum score_gradient, const AttentionGradients<double>& tables,
                              Sum* q_row, Sum* k_row) const {
    const auto add_product = [&](const T* table_row, double* table_gradient, const T* token, Sum* token_gradient) {
      for (int64_t d = 0; table_row != nullptr && d < rules_.head_width; ++d) {
        token_gradient[d] += score_gradient * to_float(table_row[d]);
        table_gradient[d] += score_gradient * to_float(token[d]);
      }
    };
    add_product(of_distance(inputs_.distance_keys, i, j), of_distance(tables.distance_keys, i, j), q(i), q_row);
    add_product(of_distance(inputs_.distance_queries, i, j), of_distance(tables.distance_queries, i, j), k(j), k_row);
    if (tables.distance_bias == nullptr) return;
    tables.distance_bias[bias_place(i, j)] += score_gradient / rules_.scale;
  }

  template <typename U>
  U* element(HeadRows<U> rows, int64_t token, int64_t head, int64_t d) const {
    return rows.data + token * rows.row_stride + head * rules_.head_width + d;
  }
  int64_t kv_head() const { return head_.head * rules_.num_kv_heads / rules_.num_heads; }
  const T* q(int64_t i) const { return queries_.data() + i * rules_.head_width; }
  const T* k(int64_t j) const { return keys_.data() + j * rules_.head_width; }
  const T* v(int64_t j) const { return element(inputs_.v, head_.keys.first + j, kv_head(), 0); }
  int64_t row(int64_t query) const {
    return head_.head * rules_.offsets[rules_.num_sequences] + head_.queries.first + query;
  }

  template <typename U>
  void turn(Turn direction, int64_t num_rows, U* rows) const {
    if (rules_.rotary.cosines == nullptr) return;
    const int64_t width = rules_.head_width;
    rotate_rows(rules_.rotary, {0, num_rows, width, width, width, direction}, rows, rows);
  }

  // The rows [S, D] of one head of q or k, turned by their positions.
  std::vector<T> turned(HeadRows<const T> rows, TokenRange tokens, int64_t head) const {
    std::vector<T> result;
    for (int64_t i = 0; i < tokens.length; ++i) {
      const T* row = element(rows, tokens.first + i, head, 0);
      result.insert(result.end(), row, row + rules_.head_width);
    }
    turn(Turn::kForward, tokens.length, result.data());
    return result;
  }

  Sum dot(const T* a, const T* b) const {
    Sum sum = 0;
    for (int64_t d = 0; d < rules_.head_width; ++d) sum += static_cast<Sum>(to_float(a[d])) * to_float(b[d]);
    return sum;
  }

  bool sees(int64_t query, int64_t key) const {
    if (rules_.causal && key > query) return false;
    if (std::abs(query - key) > rules_.window) return false;
    return rules_.key_mask == nullptr || rules_.key_mask[head_.keys.first + key] != 0;
  }

  // Fills the scores and their dropout factors; returns the logsumexp.
  Sum score(int64_t query) {
    constexpr Sum kInfinity = std::numeric_limits<Sum>::infinity();
    const Sum kept_scale = rules_.p < 1 ? static_cast<Sum>(1 / (1 - rules_.p)) : 0;
    const double threshold = rules_.p * 4294967296.0;
    const uint64_t draw = head_.first_draw + static_cast<uint64_t>(query) * attention_row_length(head_.keys.length);
    Sum largest = -kInfinity;
    for (int64_t j = 0; j < head_.keys.length; ++j) {
      Sum score = dot(q(query), k(j)) * static_cast<Sum>(rules_.scale);
      if (rules_.distance_rows != nullptr) score += distance_terms(query, j);
      if (rules_.soft_cap > 0) score = capped(score, j);
      if (rules_.bias != nullptr) {
        score += rules_.bias[head_.head * rules_.bias_head_stride + query * rules_.bias_query_stride + j];
      }
      scores_[j] = sees(query, j) ? score : -kInfinity;
      largest = std::max(largest, scores_[j]);
      const bool is_kept = rules_.p == 0 || rules_.stream.word(draw + static_cast<uint64_t>(j)) >= threshold;
      kept_[j] = is_kept ? (rules_.p == 0 ? 1 : kept_scale) : 0;
    }
    if (largest == -kInfinity) largest = 0;
    Sum sum = 0;
    for (const Sum score : scores_) sum += std::exp(score - largest);
    return sum == 0 ? kInfinity : largest + std::log(sum);
  }

  // Also keeps the derivative.
  Sum capped(Sum score, int64_t key) {
    const auto cap = static_cast<Sum>(rules_.soft_cap);
    const Sum tanh = std::tanh(score / cap);
    slopes_[key] = 1 - tanh * tanh;
    return cap * tanh;
  }

  Sum probability(int64_t key, Sum logsumexp) const { return std::exp(scores_[key] - logsumexp); }

  const AttentionRules& rules_;
  const AttentionInputs<T>& inputs_;
  Head head_;
  std::vector<T> queries_, keys_;
  std::vector<Sum> scores_, slopes_, kept_;
};

std::vector<Head> heads_of(const AttentionRules& rules) {
  std::vector<Head> heads;
  uint64_t draw = 0;
  for (int64_t b = 0; b < rules.num_sequences; ++b) {
    const TokenRange queries = queries_of(rules, b), keys = keys_of(rules, b);
    for (int64_t h = 0; h < rules.num_heads; ++h) {
      heads.push_back({b, h, queries, keys, draw});
      draw += static_cast<uint64_t>(queries.length) * attention_row_length(keys.length);
    }
  }
  return heads;
}

int64_t num_queries(const AttentionRules& rules, const Head& head) {
  return std::min(head.queries.length, rules.num_queries);
}

template <typename T, typename Sum>
void write_rows(const AttentionRules& rules, TokenRange tokens, int64_t column, const std::vector<Sum>& from,
                HeadRows<T> to) {
  for (int64_t i = 0; i < tokens.length; ++i) {
    T* row = to.data + (tokens.first + i) * to.row_stride + column * rules.head_width;
    for (int64_t d = 0; d < rules.head_width; ++d) row[d] = rounded_to<T>(from[i * rules.head_width + d]);
  }
}

// Sums of the distance tables' gradients over all pairs of tokens, in double: there are many for one row.
class TableSums {
 public:
  template <typename T>
  TableSums(const AttentionRules& rules, const AttentionGradients<T>& wanted)
      : width_(rules.num_heads * rules.head_width) {
    const auto table_size = static_cast<size_t>(rules.num_distance_rows * width_);
    if (wanted.distance_keys.data != nullptr) keys_.resize(table_size);
    if (wanted.distance_queries.data != nullptr) queries_.resize(table_size);
    if (wanted.distance_bias != nullptr) bias_.resize(static_cast<size_t>(rules.num_heads * rules.num_distance_rows));
  }

  AttentionGradients<double> sums() {
    AttentionGradients<double> into;
    if (!keys_.empty()) into.distance_keys = {keys_.data(), width_};
    if (!queries_.empty()) into.distance_queries = {queries_.data(), width_};
    if (!bias_.empty()) into.distance_bias = bias_.data();
    return into;
  }

  template <typename T>
  void write(const AttentionGradients<T>& gradients) const {
    write_table(keys_, gradients.distance_keys);
    write_table(queries_, gradients.distance_queries);
    write_table(bias_, HeadRows<SumOf<T>>{gradients.distance_bias, width_});
  }

 private:
  template <typename Sum>
  void write_table(const std::vector<double>& from, HeadRows<Sum> to) const {
    for (size_t i = 0; i < from.size(); ++i) {
      const auto place = static_cast<int64_t>(i);
      to.data[place / width_ * to.row_stride + place % width_] = static_cast<Sum>(from[i]);
    }
  }

  int64_t width_;
  std::vector<double> keys_, queries_, bias_;
};

}  // namespace

template <typename T, typename Sum>
void attention_forward_reference(const AttentionRules& rules, const AttentionInputs<T>& inputs, HeadRows<T> out,
                                 Sum* logsumexp) {
  const std::vector<Head> heads = heads_of(rules);
  parallel_ranges(static_cast<int64_t>(heads.size()), 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t n = begin; n < end; ++n) {
      HeadReference<T, Sum> reference(rules, inputs, heads[static_cast<size_t>(n)]);
      for (int64_t i = 0; i < num_queries(rules, heads[static_cast<size_t>(n)]); ++i)
        reference.forward(i, out, logsumexp);
    }
  });
}

template <typename T, typename Sum>
void attention_backward_reference(const AttentionRules& rules, const AttentionInputs<T>& inputs,
                                  const AttentionResults<T, Sum>& results, const AttentionGradients<T>& gradients) {
  const std::vector<Head> heads = heads_of(rules);
  const int64_t group = rules.num_heads / rules.num_kv_heads;  // query heads of a key head
  TableSums tables(rules, gradients);
  const AttentionGradients<double> table_sums = tables.sums();
  const auto run = [&](int64_t n) {  // of key head n, counted over all sequences
    const auto size = [&](TokenRange tokens) { return static_cast<size_t>(tokens.length * rules.head_width); };
    const Head& first = heads[static_cast<size_t>(n * group)];
    std::vector<Sum> k_gradient(size(first.keys)), v_gradient(size(first.keys));
    for (int64_t m = n * group; m < (n + 1) * group; ++m) {
      const Head& head = heads[static_cast<size_t>(m)];
      std::vector<Sum> q_gradient(size(head.queries));
      HeadReference<T, Sum> reference(rules, inputs, head);
      for (int64_t i = 0; i < num_queries(rules, head); ++i) {
        reference.backward(i, results, table_sums, q_gradient.data(), k_gradient.data(), v_gradient.data());
      }
      reference.turn_back(q_gradient);
      write_rows(rules, head.queries, head.head, q_gradient, gradients.q);
    }
    HeadReference<T, Sum>(rules, inputs, first).turn_back(k_gradient);
    write_rows(rules, first.keys, first.head / group, k_gradient, gradients.k);
    write_rows(rules, first.keys, first.head / group, v_gradient, gradients.v);
  };
  // All sequences add to the gradients of the distance tables, so one thread computes them.
  const int64_t num_sequences = rules.distance_rows == nullptr ? 1 : rules.num_sequences;
  const int64_t units = rules.num_sequences * rules.num_kv_heads / std::max<int64_t>(num_sequences, 1);
  parallel_ranges(units, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t unit = begin; unit < end; ++unit) {
      for (int64_t b = 0; b < num_sequences; ++b) run(b * units + unit);
    }
  });
  tables.write(gradients);
}

#define HONE_INSTANTIATE(T, Sum)                                                                                  \
  template void attention_forward_reference(const AttentionRules&, const AttentionInputs<T>&, HeadRows<T>, Sum*); \
  template void attention_backward_reference(const AttentionRules&, const AttentionInputs<T>&,                    \
                                             const AttentionResults<T, Sum>&, const AttentionGradients<T>&);
HONE_INSTANTIATE(float, float)
HONE_INSTANTIATE(double, double)
HONE_INSTANTIATE(BFloat16, float)
#undef HONE_INSTANTIATE

}  // namespace hone::kernel
