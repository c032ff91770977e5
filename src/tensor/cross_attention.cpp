#include "tensor/cross_attention.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "kernel/attention.h"
#include "tensor/compute.h"
#include "tensor/dropout.h"
#include "tensor/element_type.h"
#include "tensor/saved.h"

namespace hone::tensor {

namespace {

int64_t check_cross_shapes(const at::Tensor& q, const at::Tensor& kv, const Packing& queries, const Packing& keys,
                           const CrossAttentionOptions& options) {
  check_internal(q.dim() == 2 && q.size(0) == queries.num_tokens() && q.size(1) % options.num_heads == 0,
                 "cross-attention takes a row of all heads for each query");
  const int64_t width = q.size(1) / options.num_heads;
  check_internal(kv.dim() == 2 && kv.size(0) == keys.num_tokens() && kv.size(1) == 2 * options.num_kv_heads * width,
                 "cross-attention takes k and v of all heads for each key");
  check_internal(queries.num_sequences() == keys.num_sequences(), "each sequence of queries has one of keys");
  check_internal(q.scalar_type() == kv.scalar_type(), "queries and keys have the same type");
  return width;
}

double cross_scale(const CrossAttentionOptions& options, int64_t head_width) {
  return options.scale > 0 ? options.scale : 1 / std::sqrt(static_cast<double>(head_width));
}

// What forward and backward read besides tensors.
struct CrossSettings {
  Packing queries, keys;
  CrossAttentionOptions options;
  int64_t head_width = 0;

  kernel::AttentionRules rules() const {
    kernel::AttentionRules rules;
    rules.offsets = queries.offsets.data();
    rules.key_offsets = keys.offsets.data();
    rules.num_sequences = queries.num_sequences();
    rules.num_heads = options.num_heads;
    rules.num_kv_heads = options.num_kv_heads;
    rules.head_width = head_width;
    rules.scale = cross_scale(options, head_width);
    if (queries.returns_first_tokens) rules.num_queries = 1;
    rules.p = options.p;
    rules.stream = options.stream;
    return rules;
  }
  int64_t kv_width() const { return options.num_kv_heads * head_width; }
};

template <typename T>
kernel::HeadRows<T> head_rows(const at::Tensor& matrix, int64_t first_column = 0) {
  return {static_cast<T*>(matrix.data_ptr()) + first_column, matrix.size(1)};
}

template <typename T>
kernel::AttentionInputs<T> cross_inputs(const at::Tensor& q, const at::Tensor& kv, const CrossSettings& settings) {
  const auto as_const = [](kernel::HeadRows<T> rows) { return kernel::HeadRows<const T>{rows.data, rows.row_stride}; };
  return {as_const(head_rows<T>(q)), as_const(head_rows<T>(kv)), as_const(head_rows<T>(kv, settings.kv_width()))};
}

class CrossAttentionFunction : public torch::autograd::Function<CrossAttentionFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& given_q,
                            const at::Tensor& given_kv, const CrossSettings& settings) {
    const at::Tensor q = given_q.contiguous(), kv = given_kv.contiguous();
    const at::ScalarType sums = q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const at::Tensor out = at::empty_like(q),
                     logsumexp = at::empty({settings.options.num_heads, q.size(0)}, q.options().dtype(sums));
    with_element_type(q.scalar_type(), [&]<typename T, typename Sum>(T, Sum) {
      kernel::attention_forward<T, Sum>(settings.rules(), cross_inputs<T>(q, kv, settings), head_rows<T>(out),
                                        static_cast<Sum*>(logsumexp.data_ptr()));
    });
    context->save_for_backward({q, kv, out, logsumexp});
    save(*context, settings);
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &q = saved[0], &kv = saved[1], &out = saved[2], &logsumexp = saved[3];
    const auto& settings = saved_in<CrossSettings>(*context);
    const at::Tensor out_gradient = gradients[0].contiguous();
    const at::Tensor q_gradient = at::empty_like(q), kv_gradient = at::empty_like(kv);
    with_element_type(q.scalar_type(), [&]<typename T, typename Sum>(T, Sum) {
      const kernel::AttentionResults<T, Sum> results{
          {static_cast<const T*>(out.data_ptr()), out.size(1)},
          {static_cast<const T*>(out_gradient.data_ptr()), out_gradient.size(1)},
          static_cast<const Sum*>(logsumexp.data_ptr())};
      const kernel::AttentionGradients<T> into{head_rows<T>(q_gradient), head_rows<T>(kv_gradient),
                                               head_rows<T>(kv_gradient, settings.kv_width())};
      kernel::attention_backward<T, Sum>(settings.rules(), cross_inputs<T>(q, kv, settings), results, into);
    });
    return {q_gradient, kv_gradient, {}};
  }
};

// Returns each token's row in a padded batch [B * S]: [T] int64.
at::Tensor rows_in_padded(const Packing& packing) {
  const int64_t longest = packing.max_length();
  at::Tensor rows = at::empty({packing.num_tokens()}, at::kLong);
  int64_t* row = rows.mutable_data_ptr<int64_t>();
  for (int64_t b = 0; b < packing.num_sequences(); ++b) {
    for (int64_t i = 0; i < packing.length(b); ++i) *row++ = b * longest + i;
  }
  return rows;
}

// x [T, heads * D] -> [B, heads, S, D] with zeros for padding.
at::Tensor padded_heads(const at::Tensor& x, const at::Tensor& rows, const Packing& packing, int64_t head_width) {
  const int64_t batch = packing.num_sequences(), longest = packing.max_length();
  const at::Tensor padded = at::zeros({batch * longest, x.size(1)}, x.options()).index_copy(0, rows, x);
  return padded.view({batch, longest, -1, head_width}).transpose(1, 2);
}

}  // namespace

at::Tensor library_cross_attention(const at::Tensor& q, const at::Tensor& kv, const Packing& queries,
                                   const Packing& keys, const CrossAttentionOptions& options) {
  const int64_t width = check_cross_shapes(q, kv, queries, keys, options);
  if (q.size(0) == 0) return q;
  const int64_t batch = queries.num_sequences(), longest = keys.max_length();
  const at::Tensor query_rows = on_device(rows_in_padded(queries), q.device());
  const at::Tensor key_rows = on_device(rows_in_padded(keys), q.device());
  const at::Tensor heads = padded_heads(q, query_rows, queries, width);
  const auto of_keys = padded_heads(kv, key_rows, keys, width).chunk(2, 1);
  const at::Tensor is_key = at::zeros({batch * longest}, q.options().dtype(at::kBool)).index_fill(0, key_rows, true);
  const at::Tensor hidden = is_key.logical_not().view({batch, 1, 1, longest});
  const at::Tensor bias =
      at::zeros({batch, 1, 1, longest}, q.options()).masked_fill(hidden, -std::numeric_limits<double>::infinity());
  seed_library_draws(q.device(), options.stream, options.p);
  const at::Tensor out = at::scaled_dot_product_attention(
      heads, of_keys[0], of_keys[1], bias.expand({batch, 1, queries.max_length(), longest}), options.p,
      /*is_causal=*/false, cross_scale(options, width), options.num_heads != options.num_kv_heads);
  return returned_rows(out.transpose(1, 2).reshape({batch * queries.max_length(), -1}).index_select(0, query_rows),
                       queries);
}

at::Tensor cross_attention(const at::Tensor& q, const at::Tensor& kv, const Packing& queries, const Packing& keys,
                           const CrossAttentionOptions& options) {
  if (!q.device().is_cpu()) return library_cross_attention(q, kv, queries, keys, options);
  const int64_t width = check_cross_shapes(q, kv, queries, keys, options);
  return returned_rows(CrossAttentionFunction::apply(q, kv, CrossSettings{queries, keys, options, width}), queries);
}

}  // namespace hone::tensor
