#include "tensor/attention.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>

#include "base/error.h"
#include "kernel/attention.h"
#include "tensor/compute.h"
#include "tensor/dropout.h"
#include "tensor/element_type.h"
#include "tensor/saved.h"

namespace hone::tensor {

namespace {

using OptionalTensor = std::optional<at::Tensor>;

struct Shapes {
  int64_t num_tokens = 0, row = 0, head_width = 0;
};

// W, or 0 if there are no tables.
int64_t num_distance_rows(const DistanceTables& tables) {
  for (const at::Tensor& table : {tables.keys, tables.queries}) {
    if (table.defined()) return table.size(0);
  }
  return tables.bias.defined() ? tables.bias.size(1) : 0;
}

void check_distance_tables(const at::Tensor& qkv, const Packing& packing, const AttentionOptions& options,
                           int64_t head_width) {
  const DistanceTables& tables = options.distances;
  const int64_t num_rows = num_distance_rows(tables);
  const at::Tensor& rows = tables.rows;
  check_internal(rows.scalar_type() == at::kInt && rows.is_contiguous() && rows.numel() % 2 == 1 &&
                     (rows.numel() + 1) / 2 >= packing.max_length(),
                 "attention's distances cover the longest sequence");
  const std::span<const int32_t> all(rows.const_data_ptr<int32_t>(), static_cast<size_t>(rows.numel()));
  const auto [smallest, largest] = std::ranges::minmax(all);
  check_internal(smallest >= 0 && largest < num_rows, "a distance has a row of attention's tables");
  for (const at::Tensor& table : {tables.keys, tables.queries}) {
    if (!table.defined()) continue;
    check_internal(table.dim() == 2 && table.size(0) == num_rows && table.size(1) == options.num_heads * head_width &&
                       table.scalar_type() == qkv.scalar_type(),
                   "attention's tables have a row of all heads for each distance, of q's type");
  }
  if (!tables.bias.defined()) return;
  const at::ScalarType sums = qkv.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  check_internal(
      tables.bias.sizes() == at::IntArrayRef({options.num_heads, num_rows}) && tables.bias.scalar_type() == sums,
      "attention's bias of distances has a row for each head");
}

Shapes check_shapes(const at::Tensor& qkv, const Packing& packing, const AttentionOptions& options) {
  check_internal(qkv.dim() == 2 && qkv.size(0) == packing.num_tokens(), "attention takes a row for each token");
  const int64_t heads = options.num_heads + 2 * options.num_kv_heads;
  check_internal(qkv.size(1) % heads == 0, "attention takes q, k and v of all heads");
  if (options.bias.defined()) {
    check_internal(options.bias.dim() == 3 && options.bias.size(1) >= packing.max_length() &&
                       options.bias.size(2) >= packing.max_length(),
                   "attention's bias covers the longest sequence");
  }
  check_internal(options.soft_cap == 0 || !options.distances.rows.defined(),
                 "attention's soft cap applies to scores without terms of distances");
  if (options.distances.rows.defined()) check_distance_tables(qkv, packing, options, qkv.size(1) / heads);
  if (options.rotary.cosines.defined()) {
    check_internal(options.rotary.cosines.size(0) >= packing.max_length() &&
                       options.rotary.cosines.size(1) * 2 <= qkv.size(1) / heads,
                   "attention's angles cover the longest sequence and at most the width of a head");
  }
  return {qkv.size(0), qkv.size(1), qkv.size(1) / heads};
}

double scale_of(const AttentionOptions& options, int64_t head_width) {
  return options.scale > 0 ? options.scale : 1 / std::sqrt(static_cast<double>(head_width));
}

kernel::AttentionRules rules_of(const Packing& packing, const AttentionOptions& options, const Shapes& shapes) {
  kernel::AttentionRules rules;
  rules.offsets = packing.offsets.data();
  rules.num_sequences = packing.num_sequences();
  rules.num_heads = options.num_heads;
  rules.num_kv_heads = options.num_kv_heads;
  rules.head_width = shapes.head_width;
  rules.scale = scale_of(options, shapes.head_width);
  rules.soft_cap = options.soft_cap;
  rules.causal = options.causal;
  if (packing.returns_first_tokens) rules.num_queries = 1;
  rules.window = options.window.value_or(kernel::kWholeSequence);
  if (options.rotary.cosines.defined()) {
    rules.rotary = {options.rotary.cosines.const_data_ptr<float>(), options.rotary.sines.const_data_ptr<float>(),
                    2 * options.rotary.cosines.size(1)};
  }
  if (options.key_mask.defined()) rules.key_mask = options.key_mask.const_data_ptr<uint8_t>();
  if (options.bias.defined()) {
    rules.bias = options.bias.const_data_ptr<float>();
    rules.bias_head_stride = options.bias.size(0) > 1 ? options.bias.stride(0) : 0;
    rules.bias_query_stride = options.bias.stride(1);
  }
  if (const DistanceTables& distances = options.distances; distances.rows.defined()) {
    rules.distance_rows = distances.rows.const_data_ptr<int32_t>() + distances.rows.numel() / 2;
    rules.num_distance_rows = num_distance_rows(distances);
  }
  rules.p = options.p;
  rules.stream = options.stream;
  return rules;
}

// q, k and v inside qkv (or their gradients).
template <typename T, typename Parts>
Parts parts_of(T* data, const AttentionOptions& options, const Shapes& shapes) {
  const int64_t q = options.num_heads * shapes.head_width, kv = options.num_kv_heads * shapes.head_width;
  return {{data, shapes.row}, {data + q, shapes.row}, {data + q + kv, shapes.row}};
}

template <typename T>
T* data_of(const at::Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

template <typename T>
kernel::HeadRows<T> table_rows(const at::Tensor& table) {
  if (!table.defined()) return {};
  return {data_of<std::remove_const_t<T>>(table), table.size(1)};
}

template <typename T>
kernel::AttentionInputs<T> inputs_of(const at::Tensor& qkv, const AttentionOptions& options, const Shapes& shapes) {
  auto inputs = parts_of<const T, kernel::AttentionInputs<T>>(data_of<T>(qkv), options, shapes);
  const DistanceTables& tables = options.distances;
  if (!tables.rows.defined()) return inputs;
  inputs.distance_keys = table_rows<const T>(tables.keys);
  inputs.distance_queries = table_rows<const T>(tables.queries);
  if (tables.bias.defined()) inputs.distance_bias = data_of<kernel::SumOf<T>>(tables.bias);
  return inputs;
}

// The gradients of the tables' type of sums; undefined if the table is.
DistanceTables table_gradients_of(const DistanceTables& tables, at::ScalarType sums) {
  const auto like = [&](const at::Tensor& table) {
    return table.defined() ? at::empty(table.sizes(), table.options().dtype(sums)) : at::Tensor();
  };
  return {{}, like(tables.keys), like(tables.queries), like(tables.bias)};
}

class AttentionFunction : public torch::autograd::Function<AttentionFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& qkv_given,
                            const OptionalTensor& keys, const OptionalTensor& queries, const OptionalTensor& bias,
                            const Packing& packing, const AttentionOptions& given) {
    const at::Tensor qkv = qkv_given.contiguous();
    AttentionOptions options = given;
    set_tables(options, {contiguous(keys), contiguous(queries), contiguous(bias)});
    const Shapes shapes = check_shapes(qkv, packing, options);
    const int64_t out_row = options.num_heads * shapes.head_width;
    const at::Tensor out = at::empty({shapes.num_tokens, out_row}, qkv.options());
    const at::Tensor logsumexp =
        at::empty({options.num_heads, shapes.num_tokens}, qkv.options().dtype(type_of_sums(qkv)));
    with_element_type(qkv.scalar_type(), [&]<typename T, typename Sum>(T, Sum) {
      kernel::attention_forward<T, Sum>(rules_of(packing, options, shapes), inputs_of<T>(qkv, options, shapes),
                                        {data_of<T>(out), out_row}, data_of<Sum>(logsumexp));
    });
    const DistanceTables& tables = options.distances;
    context->save_for_backward({qkv, out, logsumexp, tables.keys, tables.queries, tables.bias});
    set_tables(options, {});
    save(*context, std::pair(packing, options));
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &qkv = saved[0], &out = saved[1], &logsumexp = saved[2];
    const auto& [packing, kept] = saved_in<std::pair<Packing, AttentionOptions>>(*context);
    AttentionOptions options = kept;
    set_tables(options, {saved[3], saved[4], saved[5]});
    const Shapes shapes = check_shapes(qkv, packing, options);
    const int64_t out_row = options.num_heads * shapes.head_width;
    const at::Tensor out_gradient = gradients[0].contiguous();
    at::Tensor qkv_gradient = at::empty_like(qkv);
    const DistanceTables tables = table_gradients_of(options.distances, type_of_sums(qkv));
    with_element_type(qkv.scalar_type(), [&]<typename T, typename Sum>(T, Sum) {
      auto into = parts_of<T, kernel::AttentionGradients<T>>(data_of<T>(qkv_gradient), options, shapes);
      into.distance_keys = table_rows<Sum>(tables.keys);
      into.distance_queries = table_rows<Sum>(tables.queries);
      if (tables.bias.defined()) into.distance_bias = data_of<Sum>(tables.bias);
      const kernel::AttentionResults<T, Sum> results{
          {data_of<T>(out), out_row}, {data_of<T>(out_gradient), out_row}, data_of<Sum>(logsumexp)};
      kernel::attention_backward<T, Sum>(rules_of(packing, options, shapes), inputs_of<T>(qkv, options, shapes),
                                         results, into);
    });
    const auto in_type = [](const at::Tensor& gradient, const at::Tensor& table) {
      return table.defined() ? gradient.to(table.scalar_type()) : gradient;
    };
    return {qkv_gradient, in_type(tables.keys, saved[3]), in_type(tables.queries, saved[4]), tables.bias, {}, {}};
  }

 private:
  static at::Tensor contiguous(const OptionalTensor& table) { return table ? table->contiguous() : at::Tensor(); }
  static at::ScalarType type_of_sums(const at::Tensor& qkv) {
    return qkv.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  }
  static void set_tables(AttentionOptions& options, const std::array<at::Tensor, 3>& tables) {
    options.distances.keys = tables[0];
    options.distances.queries = tables[1];
    options.distances.bias = tables[2];
  }
};

// Returns each token's row in a padded batch [B * S]: [T] int64.
at::Tensor padded_rows(const Packing& packing) {
  const int64_t longest = packing.max_length();
  at::Tensor rows = at::empty({packing.num_tokens()}, at::kLong);
  int64_t* row = rows.mutable_data_ptr<int64_t>();
  for (int64_t b = 0; b < packing.num_sequences(); ++b) {
    for (int64_t i = 0; i < packing.length(b); ++i) *row++ = b * longest + i;
  }
  return rows;
}

// Returns the bias [B, 1 or H, S, S] of the scores: -inf where a query must not see a key. Padding queries see all
// keys, so that no result is NaN.
at::Tensor padded_bias(const at::Tensor& rows, const Packing& packing, const AttentionOptions& options,
                       const at::TensorOptions& like) {
  const int64_t batch = packing.num_sequences(), longest = packing.max_length();
  at::Tensor seen = at::zeros({batch * longest}, like.dtype(at::kBool));
  const at::Tensor real =
      options.key_mask.defined() ? options.key_mask.to(at::kBool) : at::ones({rows.size(0)}, seen.options());
  seen.index_put_({rows}, real);
  at::Tensor sees = seen.view({batch, 1, 1, longest}).expand({batch, 1, longest, longest});
  if (options.causal) sees = sees.logical_and(at::ones({longest, longest}, seen.options()).tril());
  if (options.window) {
    const int64_t window = std::min(*options.window, longest);
    sees = sees.logical_and(at::ones({longest, longest}, seen.options()).tril(window).triu(-window));
  }
  at::Tensor is_token = at::zeros_like(seen).index_fill(0, rows, true).view({batch, 1, longest, 1});
  sees = sees.logical_or(is_token.logical_not());
  at::Tensor bias =
      at::zeros(sees.sizes(), like).masked_fill(sees.logical_not(), -std::numeric_limits<double>::infinity());
  if (options.bias.defined()) {
    bias = bias + options.bias.narrow(1, 0, longest).narrow(2, 0, longest).unsqueeze(0).to(like.dtype());
  }
  return bias;
}

// Returns the distance terms [B, H, S, S] of the scaled scores. q [B, H, S, D], k [B, G, S, D].
at::Tensor padded_distance_terms(const at::Tensor& q, const at::Tensor& k, const AttentionOptions& options,
                                 double scale) {
  const DistanceTables& tables = options.distances;
  const int64_t heads = q.size(1), length = q.size(2);
  const at::Tensor at_zero = at::arange(length, at::kLong) + tables.rows.numel() / 2;
  const at::Tensor places = at_zero.unsqueeze(1) - at::arange(length, at::kLong).unsqueeze(0);
  const at::Tensor rows = on_device(tables.rows.to(at::kLong).index_select(0, places.flatten()).view({length, length}),
                                    q.device());        // [query, key]
  const auto of_heads = [&](const at::Tensor& table) {  // [W, H * D] -> [H, D, W]
    return table.view({table.size(0), heads, -1}).permute({1, 2, 0});
  };
  const auto gathered = [&](const at::Tensor& products, const at::Tensor& index) {
    return products.gather(-1, index.expand({products.size(0), heads, length, length}));
  };
  at::Tensor terms = at::zeros({q.size(0), heads, length, length}, q.options());
  if (tables.keys.defined()) terms = terms + gathered(at::matmul(q, of_heads(tables.keys)), rows);
  if (tables.queries.defined()) {
    const at::Tensor all_keys = k.repeat_interleave(heads / k.size(1), 1);
    terms = terms + gathered(at::matmul(all_keys, of_heads(tables.queries)), rows.t()).transpose(-1, -2);
  }
  terms = terms * scale;
  if (!tables.bias.defined()) return terms;
  return terms + tables.bias.index_select(1, rows.flatten()).view({heads, length, length}).to(terms.scalar_type());
}

// Returns qkv with q and k turned by their positions.
at::Tensor turned(const at::Tensor& qkv, const Packing& packing, const AttentionOptions& options,
                  const Shapes& shapes) {
  if (!options.rotary.cosines.defined()) return qkv;
  const auto parts = qkv.reshape({shapes.num_tokens, -1, shapes.head_width})
                         .split_with_sizes({options.num_heads + options.num_kv_heads, options.num_kv_heads}, 1);
  return at::cat({rotate_by_library(parts[0], packing.positions(), options.rotary), parts[1]}, 1).flatten(1);
}

// scaled_dot_product_attention with a soft cap on the scaled scores, which libtorch lacks. q [B, H, S, D], k and v
// [B, G, S, D].
at::Tensor capped_attention(const std::vector<at::Tensor>& heads, const at::Tensor& bias,
                            const AttentionOptions& options, double scale) {
  const int64_t group = options.num_heads / options.num_kv_heads;
  const at::Tensor keys = heads[1].repeat_interleave(group, 1), values = heads[2].repeat_interleave(group, 1);
  const at::Tensor scores = at::matmul(heads[0], keys.transpose(-1, -2)) * scale;
  const at::Tensor capped = at::tanh(scores / options.soft_cap) * options.soft_cap;
  const at::Tensor weights = at::softmax(capped + bias, -1);
  return at::matmul(options.p > 0 ? at::dropout(weights, options.p, /*train=*/true) : weights, values);
}

}  // namespace

int64_t max_head_width() { return kernel::kMaxHeadWidth; }

at::Tensor library_attention(const at::Tensor& given, const Packing& packing, const AttentionOptions& options) {
  const Shapes shapes = check_shapes(given, packing, options);
  if (shapes.num_tokens == 0) return given.narrow(1, 0, options.num_heads * shapes.head_width);
  const at::Tensor qkv = turned(given, packing, options, shapes);
  const int64_t batch = packing.num_sequences(), longest = packing.max_length();
  const at::Tensor rows = on_device(padded_rows(packing), qkv.device());
  const at::Tensor padded = at::zeros({batch * longest, shapes.row}, qkv.options()).index_copy(0, rows, qkv);
  const auto heads = padded.view({batch, longest, -1, shapes.head_width})
                         .transpose(1, 2)  // [B, H + 2 G, S, D]
                         .split_with_sizes({options.num_heads, options.num_kv_heads, options.num_kv_heads}, 1);
  seed_library_draws(qkv.device(), options.stream, options.p);
  const double scale = scale_of(options, shapes.head_width);
  at::Tensor bias = padded_bias(rows, packing, options, qkv.options());
  if (options.distances.rows.defined()) bias = bias + padded_distance_terms(heads[0], heads[1], options, scale);
  const at::Tensor out =
      options.soft_cap > 0
          ? capped_attention(heads, bias, options, scale)
          : at::scaled_dot_product_attention(heads[0], heads[1], heads[2], bias, options.p,
                                             /*is_causal=*/false, scale, options.num_heads != options.num_kv_heads);
  return returned_rows(out.transpose(1, 2).reshape({batch * longest, -1}).index_select(0, rows), packing);
}

at::Tensor attention(const at::Tensor& qkv, const Packing& packing, const AttentionOptions& options) {
  if (!qkv.device().is_cpu()) return library_attention(qkv, packing, options);
  const auto optional = [](const at::Tensor& table) { return table.defined() ? OptionalTensor(table) : std::nullopt; };
  const DistanceTables& tables = options.distances;
  return returned_rows(AttentionFunction::apply(qkv, optional(tables.keys), optional(tables.queries),
                                                optional(tables.bias), packing, options),
                       packing);
}

}  // namespace hone::tensor
