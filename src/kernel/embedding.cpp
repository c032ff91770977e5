#include "kernel/embedding.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/embedding.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/dropout_lanes.h"
#include "kernel/norm_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

HWY_INLINE void look_up(const EmbeddingShape& shape, const Tables<float>& tables, size_t t, float* sum) {
  const auto width = static_cast<size_t>(shape.width);
  const float* rows[kMaxTables];
  for (size_t k = 0; k < shape.num_tables; ++k) {
    rows[k] = tables[k].table + static_cast<size_t>(tables[k].ids[t]) * width;
  }
  for_each_group(width, [&](size_t i, auto lanes) HWY_ATTR {
    // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): there is a table
    auto total = load(rows[0] + i, lanes);
    for (size_t k = 1; k < shape.num_tables; ++k) total = hn::Add(total, load(rows[k] + i, lanes));
    store(total, sum + i, lanes);
  });
}

// `sum` holds a row, `buffer` its dropout factors.
template <typename S>
void forward_rows(const EmbeddingShape& shape, const EmbeddingForward<S>& a, int64_t begin, int64_t end, float* sum,
                  float* buffer) {
  const DropoutRule rule(shape.dropout);
  const auto width = static_cast<size_t>(shape.width);
  for (auto t = static_cast<size_t>(begin); t < static_cast<size_t>(end); ++t) {
    look_up(shape, a.tables, t, sum);
    const RowStatistics row = row_statistics(sum, width, NormKind::kLayer, shape.eps);
    a.mean[t] = row.mean;
    a.inverse_scale[t] = row.inverse_scale;
    const float* factors = shape.dropout.p > 0 ? factors_in_row(rule, t * width, width, buffer) : nullptr;
    normalise_row(sum, row, a.weight, a.shift, factors, width, a.y + t * width);
  }
}

// Adds the gradients of this part of the rows to `sums`.
template <typename S>
void backward_rows(const EmbeddingShape& shape, const EmbeddingBackward<S>& a, int64_t begin, int64_t end,
                   const EmbeddingBackward<S>& sums, float* sum, float* buffer) {
  const DropoutRule rule(shape.dropout);
  const auto width = static_cast<size_t>(shape.width);
  for (auto t = static_cast<size_t>(begin); t < static_cast<size_t>(end); ++t) {
    look_up(shape, a.tables, t, sum);
    const RowStatistics row{a.mean[t], a.inverse_scale[t]};
    const float* factors = shape.dropout.p > 0 ? factors_in_row(rule, t * width, width, buffer) : nullptr;
    float* gradient = a.sum_gradient + t * width;
    for_each_group(width, [&](size_t i, auto lanes) HWY_ATTR {
      const auto dy = load(a.dy + t * width + i, lanes);
      store(factors == nullptr ? dy : hn::Mul(dy, load(factors + i, lanes)), gradient + i, lanes);
    });
    const RowMeans means = norm_gradient_means(gradient, sum, row, a.weight, width, NormKind::kLayer,
                                               sums.weight_gradient, sums.shift_gradient);
    for_each_group(width, [&](size_t i, auto lanes) HWY_ATTR {
      store(norm_gradient(load(gradient + i, lanes), load(sum + i, lanes), load(a.weight + i, lanes), row, means),
            gradient + i, lanes);
    });
  }
}

void add_columns(const float* rows, const int64_t* ids, int64_t num_rows, int64_t width, int64_t skipped_id,
                 float* table, int64_t first, int64_t last) {
  for (int64_t t = 0; t < num_rows; ++t) {
    if (ids[t] == skipped_id) continue;
    const float* from = rows + t * width + first;
    float* to = table + ids[t] * width + first;
    for_each_group(static_cast<size_t>(last - first), [&](size_t i, auto lanes) HWY_ATTR {
      store(hn::Add(load(to + i, lanes), load(from + i, lanes)), to + i, lanes);
    });
  }
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernel/cpu.h"
#include "kernel/parallel.h"
#include "kernel/partial_sums.h"

namespace hone::kernel {

namespace {

template <typename A>
void factors_of_row(const EmbeddingShape& shape, int64_t t, A* factors) {
  if (shape.dropout.p > 0) {
    dropout_factors(shape.dropout, static_cast<uint64_t>(t * shape.width), static_cast<size_t>(shape.width), factors);
  } else {
    std::fill_n(factors, shape.width, A{1});
  }
}

template <typename A>
void look_up(const EmbeddingShape& shape, const Tables<A>& tables, int64_t t, A* sum) {
  std::fill_n(sum, shape.width, A{0});
  for (size_t k = 0; k < shape.num_tables; ++k) {
    const A* row = tables[k].table + tables[k].ids[t] * shape.width;
    for (int64_t i = 0; i < shape.width; ++i) sum[i] += row[i];
  }
}

template <typename S>
void forward_rows(const EmbeddingShape& shape, const EmbeddingForward<S>& a, int64_t begin, int64_t end,
                  Computed<S>* sum, Computed<S>* factors) {
  using A = Computed<S>;
  if constexpr (!std::is_same_v<S, double>) {
    if (cpu_level() != CpuLevel::kScalar) return HONE_KERNEL(forward_rows<S>)(shape, a, begin, end, sum, factors);
  }
  const A count = static_cast<A>(shape.width);
  for (int64_t t = begin; t < end; ++t) {
    look_up(shape, a.tables, t, sum);
    factors_of_row(shape, t, factors);
    A mean = 0, variance = 0;
    for (int64_t i = 0; i < shape.width; ++i) mean += sum[i] / count;
    for (int64_t i = 0; i < shape.width; ++i) variance += (sum[i] - mean) * (sum[i] - mean) / count;
    a.mean[t] = mean;
    a.inverse_scale[t] = 1 / std::sqrt(variance + static_cast<A>(shape.eps));
    for (int64_t i = 0; i < shape.width; ++i) {
      const A shift = a.shift == nullptr ? 0 : a.shift[i];
      const A normed = (sum[i] - mean) * a.inverse_scale[t] * a.weight[i] + shift;
      a.y[t * shape.width + i] = rounded_to<S>(normed * factors[i]);
    }
  }
}

template <typename S>
void backward_row_reference(const EmbeddingShape& shape, const EmbeddingBackward<S>& a, int64_t t,
                            const EmbeddingBackward<S>& sums, Computed<S>* sum, const Computed<S>* factors) {
  using A = Computed<S>;
  A plain = 0, with_normalised = 0;
  A* gradient = a.sum_gradient + t * shape.width;
  for (int64_t i = 0; i < shape.width; ++i) {
    const A dy = to_float(a.dy[t * shape.width + i]) * factors[i];
    sum[i] = (sum[i] - a.mean[t]) * a.inverse_scale[t];
    gradient[i] = dy * a.weight[i];
    plain += gradient[i] / static_cast<A>(shape.width);
    with_normalised += gradient[i] * sum[i] / static_cast<A>(shape.width);
    if (sums.weight_gradient != nullptr) sums.weight_gradient[i] += dy * sum[i];
    if (sums.shift_gradient != nullptr) sums.shift_gradient[i] += dy;
  }
  for (int64_t i = 0; i < shape.width; ++i) {
    gradient[i] = (gradient[i] - plain - sum[i] * with_normalised) * a.inverse_scale[t];
  }
}

template <typename S>
void backward_rows(const EmbeddingShape& shape, const EmbeddingBackward<S>& a, int64_t begin, int64_t end,
                   const EmbeddingBackward<S>& sums, Computed<S>* sum, Computed<S>* factors) {
  if constexpr (!std::is_same_v<S, double>) {
    if (cpu_level() != CpuLevel::kScalar) {
      return HONE_KERNEL(backward_rows<S>)(shape, a, begin, end, sums, sum, factors);
    }
  }
  for (int64_t t = begin; t < end; ++t) {
    look_up(shape, a.tables, t, sum);
    factors_of_row(shape, t, factors);
    backward_row_reference(shape, a, t, sums, sum, factors);
  }
}

template <typename A>
void add_columns(const A* rows, const int64_t* ids, int64_t num_rows, int64_t width, int64_t skipped_id, A* table,
                 int64_t first, int64_t last) {
  if constexpr (std::is_same_v<A, float>) {
    if (cpu_level() != CpuLevel::kScalar) {
      return HONE_KERNEL(add_columns)(rows, ids, num_rows, width, skipped_id, table, first, last);
    }
  }
  for (int64_t t = 0; t < num_rows; ++t) {
    if (ids[t] == skipped_id) continue;
    for (int64_t i = first; i < last; ++i) table[ids[t] * width + i] += rows[t * width + i];
  }
}

}  // namespace

template <typename S>
void embedding_forward(const EmbeddingShape& shape, const EmbeddingForward<S>& arrays) {
  using Buffers = PartialSums<Computed<S>>;
  const int64_t grain = row_grain(shape.width), parts = num_parts(shape.num_rows, grain);
  Buffers sums(true, parts, shape.width);
  Buffers factors(true, parts, static_cast<int64_t>(factor_buffer_size(static_cast<size_t>(shape.width))));
  parallel_ranges(shape.num_rows, grain, [&](int64_t begin, int64_t end, int part) {
    forward_rows(shape, arrays, begin, end, sums.part(part), factors.part(part));
  });
}

template <typename S>
void embedding_backward(const EmbeddingShape& shape, const EmbeddingBackward<S>& arrays) {
  using Buffers = PartialSums<Computed<S>>;
  const int64_t grain = row_grain(shape.width), parts = num_parts(shape.num_rows, grain);
  Buffers sums(true, parts, shape.width);
  Buffers factors(true, parts, static_cast<int64_t>(factor_buffer_size(static_cast<size_t>(shape.width))));
  Buffers weight(arrays.weight_gradient != nullptr, parts, shape.width);
  Buffers shift(arrays.shift_gradient != nullptr, parts, shape.width);
  parallel_ranges(shape.num_rows, grain, [&](int64_t begin, int64_t end, int part) {
    EmbeddingBackward<S> partial;
    partial.weight_gradient = weight.part(part);
    partial.shift_gradient = shift.part(part);
    backward_rows(shape, arrays, begin, end, partial, sums.part(part), factors.part(part));
  });
  weight.add_up(arrays.weight_gradient);
  shift.add_up(arrays.shift_gradient);
}

template <typename A>
void scatter_rows(const A* rows, const int64_t* ids, int64_t num_rows, int64_t width, int64_t skipped_id, A* table,
                  int64_t num_table_rows) {
  constexpr int64_t kPage = 4096 / sizeof(A), kColumns = 16;
  const int64_t count = num_table_rows * width;
  parallel_ranges((count + kPage - 1) / kPage, 16, [&](int64_t first, int64_t last, int) {
    const int64_t start = first * kPage, end = std::min(last * kPage, count);
    std::memset(table + start, 0, static_cast<size_t>(end - start) * sizeof(A));
  });
  parallel_ranges((width + kColumns - 1) / kColumns, 1, [&](int64_t first, int64_t last, int) {
    add_columns(rows, ids, num_rows, width, skipped_id, table, first * kColumns, std::min(last * kColumns, width));
  });
}

template void embedding_forward(const EmbeddingShape&, const EmbeddingForward<float>&);
template void embedding_forward(const EmbeddingShape&, const EmbeddingForward<double>&);
template void embedding_forward(const EmbeddingShape&, const EmbeddingForward<BFloat16>&);
template void embedding_backward(const EmbeddingShape&, const EmbeddingBackward<float>&);
template void embedding_backward(const EmbeddingShape&, const EmbeddingBackward<double>&);
template void embedding_backward(const EmbeddingShape&, const EmbeddingBackward<BFloat16>&);
template void scatter_rows(const float*, const int64_t*, int64_t, int64_t, int64_t, float*, int64_t);
template void scatter_rows(const double*, const int64_t*, int64_t, int64_t, int64_t, double*, int64_t);

}  // namespace hone::kernel
#endif
