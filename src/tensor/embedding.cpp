#include "tensor/embedding.h"

#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <optional>
#include <span>

#include "base/error.h"
#include "kernel/embedding.h"
#include "tensor/dropout.h"
#include "tensor/row_gradient.h"
#include "tensor/saved.h"
#include "tensor/storage_type.h"

namespace hone::tensor {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct EmbeddingSettings {
  kernel::EmbeddingShape shape;
  at::ScalarType dtype = at::kFloat;
  std::vector<at::Tensor> ids;
  std::vector<int64_t> padding_ids;
  bool has_bias = false;
};

template <typename A>
kernel::Tables<A> tables_of(const variable_list& weights, const EmbeddingSettings& settings) {
  kernel::Tables<A> tables;
  for (size_t k = 0; k < settings.ids.size(); ++k) {
    tables[k] = {elements<A>(weights[k]), elements<int64_t>(settings.ids[k])};
  }
  return tables;
}

// Calls f with a value of the result's element type.
template <typename F>
void for_result_type(const EmbeddingSettings& settings, F f) {
  for_storage_type(at::empty({0}, settings.dtype), f);
}

// A table with this many times as many rows as there are tokens gets a sparse gradient.
constexpr int64_t kSparseFrom = 4;
constexpr int64_t kNoPlace = -1;

// The distinct rows that tokens read, in ascending order, and for each token the place of its row among them.
struct ReadRows {
  std::vector<int64_t> rows, places;
};

ReadRows read_rows(const at::Tensor& ids, int64_t padding_id) {
  const std::span<const int64_t> of_tokens(elements<int64_t>(ids), static_cast<size_t>(ids.numel()));
  ReadRows read{{of_tokens.begin(), of_tokens.end()}, {}};
  std::ranges::sort(read.rows);
  read.rows.erase(std::ranges::unique(read.rows).begin(), read.rows.end());
  std::erase(read.rows, padding_id);
  read.places.reserve(of_tokens.size());
  for (const int64_t id : of_tokens) {
    const auto place = std::ranges::lower_bound(read.rows, id) - read.rows.begin();
    read.places.push_back(id == padding_id ? kNoPlace : place);
  }
  return read;
}

// `rows` [T, C] are the gradients of the rows that the tokens read of table k.
template <typename A>
at::Tensor sparse_gradient(const EmbeddingSettings& settings, size_t k, const at::Tensor& rows,
                           int64_t num_table_rows) {
  const ReadRows read = read_rows(settings.ids[k], settings.padding_ids[k]);
  const auto num_read = static_cast<int64_t>(read.rows.size());
  const at::Tensor values = at::empty({num_read, settings.shape.width}, rows.options());
  kernel::scatter_rows(elements<A>(rows), read.places.data(), settings.shape.num_rows, settings.shape.width, kNoPlace,
                       mutable_elements<A>(values), num_read);
  return make_row_gradient({at::tensor(read.rows, at::kLong), values}, num_table_rows);
}

template <typename A>
at::Tensor table_gradient(const EmbeddingSettings& settings, size_t k, const at::Tensor& rows,
                          const at::Tensor& table) {
  if (table.size(0) >= kSparseFrom * settings.shape.num_rows) {
    return sparse_gradient<A>(settings, k, rows, table.size(0));
  }
  const at::Tensor gradient = at::empty_like(table);
  kernel::scatter_rows(elements<A>(rows), elements<int64_t>(settings.ids[k]), settings.shape.num_rows,
                       settings.shape.width, settings.padding_ids[k], mutable_elements<A>(gradient), table.size(0));
  return gradient;
}

class EmbeddingFunction : public torch::autograd::Function<EmbeddingFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, at::TensorList tables, const at::Tensor& norm_weight,
                            const std::optional<at::Tensor>& norm_bias, const EmbeddingSettings& settings) {
    const at::Tensor shift = norm_bias ? norm_bias->contiguous() : at::Tensor();
    const kernel::EmbeddingShape& shape = settings.shape;
    const at::Tensor y = at::empty({shape.num_rows, shape.width}, settings.dtype);
    const at::Tensor mean = at::empty({shape.num_rows}, norm_weight.options());
    const at::Tensor inverse_scale = at::empty_like(mean);
    variable_list saved;
    for (const at::Tensor& table : tables) saved.push_back(table.contiguous());
    for (const at::Tensor& other : {norm_weight.contiguous(), mean, inverse_scale}) saved.push_back(other);
    for_result_type(settings, [&](auto type) {
      using S = decltype(type);
      using A = kernel::Computed<S>;
      kernel::embedding_forward<S>(
          shape, {tables_of<A>(saved, settings), elements<A>(saved[tables.size()]), elements<A>(shift),
                  mutable_elements<S>(y), mutable_elements<A>(mean), mutable_elements<A>(inverse_scale)});
    });
    context->save_for_backward(saved);
    save(*context, settings);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list results) {
    const EmbeddingSettings& settings = saved_in<EmbeddingSettings>(*context);
    const variable_list saved = context->get_saved_variables();
    const size_t num_tables = settings.ids.size();
    const at::Tensor dy = results[0].contiguous(), &norm_weight = saved[num_tables];
    const at::Tensor sum_gradient = at::empty(dy.sizes(), norm_weight.options());
    variable_list gradients(num_tables + 3);  // the settings have no gradient
    gradients[num_tables] = at::zeros_like(norm_weight);
    if (settings.has_bias) gradients[num_tables + 1] = at::zeros_like(norm_weight);
    for_result_type(settings, [&](auto type) {
      using S = decltype(type);
      using A = kernel::Computed<S>;
      kernel::embedding_backward<S>(
          settings.shape, {tables_of<A>(saved, settings), elements<A>(norm_weight), elements<A>(saved[num_tables + 1]),
                           elements<A>(saved[num_tables + 2]), elements<S>(dy), mutable_elements<A>(sum_gradient),
                           mutable_elements<A>(gradients[num_tables]), mutable_elements<A>(gradients[num_tables + 1])});
      for (size_t k = 0; k < num_tables; ++k) {
        if (context->needs_input_grad(k)) gradients[k] = table_gradient<A>(settings, k, sum_gradient, saved[k]);
      }
    });
    return gradients;
  }
};

// The sum of the tables' rows; its gradient is that of each row.
class RowsFunction : public torch::autograd::Function<RowsFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, at::TensorList tables, const EmbeddingSettings& settings) {
    at::Tensor sum;
    for (size_t k = 0; k < settings.ids.size(); ++k) {
      const at::Tensor rows = at::index_select(tables[k], 0, settings.ids[k]);
      sum = sum.defined() ? sum.add_(rows) : rows;
    }
    context->save_for_backward(tables.vec());
    save(*context, settings);
    return sum;
  }

  static variable_list backward(AutogradContext* context, variable_list results) {
    const EmbeddingSettings& settings = saved_in<EmbeddingSettings>(*context);
    const variable_list saved = context->get_saved_variables();
    const at::Tensor rows = results[0].contiguous();
    variable_list gradients(settings.ids.size() + 1);  // the settings have no gradient
    for (size_t k = 0; k < settings.ids.size(); ++k) {
      if (!context->needs_input_grad(k)) continue;
      gradients[k] = rows.scalar_type() == at::kDouble ? table_gradient<double>(settings, k, rows, saved[k])
                                                       : table_gradient<float>(settings, k, rows, saved[k]);
    }
    return gradients;
  }
};

void check_table(const EmbeddingTable& table, const std::vector<EmbeddingTable>& tables, int64_t width) {
  check_internal(table.weight.dim() == 2 && table.weight.size(1) == width, "a table is as wide as its norm");
  check_internal(
      table.ids.dim() == 1 && table.ids.scalar_type() == at::kLong && table.ids.size(0) == tables[0].ids.size(0),
      "each table has one id a token");
  if (!table.ids.device().is_cpu()) return;
  const at::Tensor ids = table.ids.contiguous();
  const auto* begin = elements<int64_t>(ids);
  const int64_t num_rows = table.weight.size(0);
  check_internal(std::all_of(begin, begin + ids.numel(), [&](int64_t id) { return id >= 0 && id < num_rows; }),
                 "the ids of an embedding lie in its table");
}

void check_tables(const std::vector<EmbeddingTable>& tables, int64_t width) {
  check_internal(!tables.empty() && tables.size() <= kernel::kMaxTables, "an embedding sums 1 to 4 tables");
  for (const EmbeddingTable& table : tables) check_table(table, tables, width);
}

void check_tables(const std::vector<EmbeddingTable>& tables, const EmbeddingOptions& options) {
  check_internal(options.p >= 0 && options.p <= 1, "a dropout probability lies in [0, 1]");
  check_tables(tables, options.norm_weight.numel());
}

}  // namespace

at::Tensor embedding_norm_by_library(const std::vector<EmbeddingTable>& tables, const EmbeddingOptions& options) {
  check_tables(tables, options);
  at::Tensor sum;
  for (const EmbeddingTable& table : tables) {
    const at::Tensor rows = at::embedding(table.weight, table.ids, table.padding_id);
    sum = sum.defined() ? sum + rows : rows;
  }
  const at::Tensor y =
      at::layer_norm(sum, options.norm_weight.sizes(), options.norm_weight, options.norm_bias, options.eps);
  const at::Tensor rounded = y.to(options.dtype);
  return options.p > 0 ? dropout_by_library(rounded, options.p, options.stream) : rounded;
}

at::Tensor embedding_norm(const std::vector<EmbeddingTable>& tables, const EmbeddingOptions& options) {
  check_tables(tables, options);
  const at::ScalarType computed = options.dtype == at::kDouble ? at::kDouble : at::kFloat;
  variable_list weights;
  EmbeddingSettings settings;
  for (const EmbeddingTable& table : tables) {
    if (!table.weight.device().is_cpu()) return embedding_norm_by_library(tables, options);
    weights.push_back(table.weight.to(computed));
    settings.ids.push_back(table.ids.contiguous());
    settings.padding_ids.push_back(table.padding_id);
  }
  settings.shape = {
      tables[0].ids.size(0), options.norm_weight.numel(), tables.size(), options.eps, {options.p, options.stream, 0}};
  settings.dtype = options.dtype;
  settings.has_bias = options.norm_bias.defined();
  const auto norm_bias = settings.has_bias ? std::optional(options.norm_bias.to(computed)) : std::nullopt;
  return EmbeddingFunction::apply(at::TensorList(weights), options.norm_weight.to(computed), norm_bias, settings);
}

at::Tensor embedding_rows(const std::vector<EmbeddingTable>& tables, double scale, at::ScalarType dtype) {
  check_tables(tables, tables.empty() ? 0 : tables.front().weight.size(-1));
  const at::ScalarType computed = dtype == at::kDouble ? at::kDouble : at::kFloat;
  variable_list weights;
  EmbeddingSettings settings;
  at::Tensor by_library;
  for (const EmbeddingTable& table : tables) {
    if (!table.weight.device().is_cpu()) {
      const at::Tensor rows = at::embedding(table.weight, table.ids, table.padding_id);
      by_library = by_library.defined() ? by_library + rows : rows;
      continue;
    }
    weights.push_back(table.weight.to(computed));
    settings.ids.push_back(table.ids.contiguous());
    settings.padding_ids.push_back(table.padding_id);
  }
  settings.shape.num_rows = tables.front().ids.size(0);
  settings.shape.width = tables.front().weight.size(1);
  const at::Tensor sum = by_library.defined() ? by_library : RowsFunction::apply(at::TensorList(weights), settings);
  const at::Tensor rounded = sum.to(dtype);
  return scale == 1 ? rounded : rounded * at::scalar_tensor(scale, at::TensorOptions(dtype)).item();
}

}  // namespace hone::tensor
