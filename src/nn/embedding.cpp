#include "nn/embedding.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>

namespace hone::nn {

Embedding::Embedding(int64_t num_rows, int64_t width, std::optional<int64_t> padding_id) : padding_id_(padding_id) {
  weight = register_parameter("weight", at::empty({num_rows, width}));
}

tensor::EmbeddingTable Embedding::rows(const at::Tensor& ids) const {
  if (weight.scalar_type() != at::kBFloat16) return {weight, ids, padding_id_.value_or(-1)};
  // A table that is kept in bfloat16 is for generation only: a few rows of it, without gradients.
  const at::Tensor found = weight.index_select(0, ids).to(at::kFloat);
  return {found, at::arange(ids.size(0), ids.options())};
}

void Embedding::draw(const Wanted& wanted, double deviation, at::Generator& generator) {
  if (!wanted("weight")) return;
  weight.normal_(0.0, deviation, generator);
  if (padding_id_) weight.select(0, *padding_id_).zero_();
}

void Embedding::draw_construction(at::Generator& generator) { weight.normal_(0.0, 1.0, generator); }

at::Tensor embedding_sum(const std::vector<tensor::EmbeddingTable>& terms, const LayerNorm& norm,
                         const Dropout& dropout, const ForwardContext& context) {
  return tensor::embedding_norm(terms, {.norm_weight = norm.weight,
                                        .norm_bias = norm.bias,
                                        .eps = norm.eps(),
                                        .p = dropout.active_p(context),
                                        .stream = dropout.stream(context),
                                        .dtype = context.dtype});
}

}  // namespace hone::nn
