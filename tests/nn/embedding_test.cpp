#include "nn/embedding.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

namespace embedding_test {

using namespace hone;

std::shared_ptr<nn::Embedding> table(std::optional<int64_t> padding_id) {
  auto embedding = std::make_shared<nn::Embedding>(4, 3, padding_id);
  const at::NoGradGuard no_grad;
  embedding->weight.copy_(at::arange(12).square().view({4, 3}));
  return embedding;
}

TEST_CASE("a table in bfloat16 gives its rows in float") {
  const auto words = table(std::nullopt);
  words->weight.set_data(words->weight.detach().to(at::kBFloat16));
  const at::Tensor sum = tensor::embedding_rows({words->rows(at::tensor({3, 1, 3}, at::kLong))}, 2, at::kFloat);
  const at::Tensor expected = at::tensor({81.0, 100.0, 121.0, 9.0, 16.0, 25.0, 81.0, 100.0, 121.0}).view({3, 3}) * 2;
  CHECK(at::allclose(sum, expected.to(at::kFloat), 1e-2));
}

TEST_CASE("the sum of the embeddings is normalised, and the padding row gets no gradient") {
  for (const bool padded : {true, false}) {
    const auto words = table(padded ? std::optional<int64_t>(0) : std::nullopt), positions = table(std::nullopt);
    nn::LayerNorm norm(3, 1e-12);
    {
      const at::NoGradGuard no_grad;
      norm.weight.copy_(at::tensor({2.0F, 3.0F, -1.0F}));
      norm.bias.fill_(1);
      words->weight.select(1, 1).add_(at::tensor({0.0F, 5.0F, -4.0F, 0.0F}));
    }
    const at::Tensor ids = at::tensor({3, 0, 1}, at::kLong), places = at::arange(3);
    nn::DropoutSites sites;
    const nn::Dropout dropout(0.5, sites);  // inactive outside training
    const at::Tensor y = nn::embedding_sum({words->rows(ids), positions->rows(places)}, norm, dropout, {});
    const at::Tensor sum = words->weight.index_select(0, ids) + positions->weight.index_select(0, places);
    CHECK(at::allclose(y, at::layer_norm(sum, {3}, norm.weight, norm.bias, 1e-12)));
    (y * at::tensor({1.0F, -2.0F, 0.5F})).sum().backward();
    CHECK((words->weight.grad()[0].abs().sum().item<double>() == 0) == padded);
    CHECK(positions->weight.grad().defined());
    nn::ForwardContext halves;
    halves.dtype = at::kBFloat16;
    CHECK((nn::embedding_sum({words->rows(ids)}, norm, dropout, halves).scalar_type() == at::kBFloat16));
  }
}

}  // namespace embedding_test
