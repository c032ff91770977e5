// The blocks of a model are tested with the families that use them (tests/parity/model_test.cpp).
#include "model/encoder_blocks.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

namespace encoder_blocks_test {

using namespace hone;

TEST_CASE("positions begin behind the padding only if the family says so") {
  CHECK(model::EmbeddingShape{.padding = 3}.num_before() == 0);
  CHECK(model::EmbeddingShape{.padding = 3, .first_position = model::FirstPosition::kAfterPadding}.num_before() == 4);
  CHECK(model::EmbeddingShape{.first_position = model::FirstPosition::kAfterPadding}.num_before() == 1);
}

TEST_CASE("tables that a shape lacks are not registered, and positions may stand behind the norm") {
  const auto names = [](const model::EmbeddingShape& shape) {
    nn::DropoutSites sites;
    return model::InputEmbeddings(shape, sites).named_parameters().keys();
  };
  CHECK(names({.width = 4, .num_words = 5}) ==
        std::vector<std::string>{"word_embeddings.weight", "LayerNorm.weight", "LayerNorm.bias"});
  CHECK(names({.width = 4, .num_words = 5, .num_positions = 6, .num_types = 2, .has_positions_last = true}) ==
        std::vector<std::string>{"word_embeddings.weight", "token_type_embeddings.weight", "LayerNorm.weight",
                                 "LayerNorm.bias", "position_embeddings.weight"});
}

TEST_CASE("the embeddings are the norm of the sum of the rows") {
  nn::DropoutSites sites;
  model::InputEmbeddings embeddings({.width = 4,
                                     .num_words = 5,
                                     .num_positions = 8,
                                     .padding = 1,
                                     .first_position = model::FirstPosition::kAfterPadding},
                                    sites);
  const at::NoGradGuard no_gradients;
  const auto parameters = embeddings.named_parameters();
  for (const auto& parameter : parameters) parameter.value().fill_(1);
  parameters["LayerNorm.bias"].fill_(0);
  const at::Tensor words = at::arange(20, at::kFloat).square().view({5, 4});
  const at::Tensor positions = at::arange(32, at::kFloat).sin().view({8, 4});
  parameters["word_embeddings.weight"].copy_(words);
  parameters["position_embeddings.weight"].copy_(positions);
  model::Tokens tokens;
  tokens.packing = tensor::Packing::from_lengths({3, 1});
  tokens.ids = at::tensor({4, 1, 2, 3}, at::kLong);  // the second is padding inside a text
  const at::Tensor read =
      words.index_select(0, tokens.ids) + positions.index_select(0, at::tensor({2, 1, 3, 2}, at::kLong));
  CHECK(at::allclose(embeddings.forward(tokens, {}), at::layer_norm(read, {4}, {}, {}, 1e-12), 1e-5, 1e-5));
}

}  // namespace encoder_blocks_test
