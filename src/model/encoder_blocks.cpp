#include "model/encoder_blocks.h"

#include <ATen/ops/tanh.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <span>
#include <vector>

#include "tensor/compute.h"

namespace hone::model {

namespace {

// Counts the tokens of each sequence that are not padding.
at::Tensor positions_after_padding(const Tokens& tokens, int64_t padding) {
  at::Tensor positions = tokens.packing.positions() + (padding + 1);
  const at::Tensor ids = tokens.ids.to(at::kCPU, at::kLong).contiguous();
  const std::span<const int64_t> of_token(ids.const_data_ptr<int64_t>(), static_cast<size_t>(ids.numel()));
  if (std::ranges::find(of_token, padding) == of_token.end()) return positions;
  int64_t* position = positions.mutable_data_ptr<int64_t>();
  int64_t num_padding = 0;
  for (size_t i = 0; i < of_token.size(); ++i) {
    if (position[i] == padding + 1) num_padding = 0;  // a sequence begins
    num_padding += of_token[i] == padding;
    position[i] = of_token[i] == padding ? padding : position[i] - num_padding;
  }
  return positions;
}

}  // namespace

InputEmbeddings::InputEmbeddings(const EmbeddingShape& shape, nn::DropoutSites& sites)
    : num_before_(shape.num_before()), dropout_(shape.dropout, sites) {
  word_ =
      register_module("word_embeddings", std::make_shared<nn::Embedding>(shape.num_words, shape.width, shape.padding));
  if (!shape.has_positions_last) add_positions(shape);
  if (shape.num_types > 0) {
    type_ = register_module("token_type_embeddings", std::make_shared<nn::Embedding>(shape.num_types, shape.width));
  }
  norm_ = register_module("LayerNorm", std::make_shared<nn::LayerNorm>(shape.width, shape.norm_eps));
  if (shape.has_positions_last) add_positions(shape);
}

void InputEmbeddings::add_positions(const EmbeddingShape& shape) {
  if (shape.num_positions == 0) return;
  const bool has_padding = shape.first_position == FirstPosition::kAfterPadding;
  position_ = register_module(
      "position_embeddings",
      std::make_shared<nn::Embedding>(shape.num_positions, shape.width, has_padding ? shape.padding : std::nullopt));
}

at::Tensor InputEmbeddings::forward(const Tokens& tokens, const nn::ForwardContext& context) const {
  std::vector<tensor::EmbeddingTable> terms{word_->rows(tokens.ids)};
  if (type_) terms.push_back(type_->rows(tokens.type_ids.defined() ? tokens.type_ids : at::zeros_like(tokens.ids)));
  if (position_) {
    const at::Tensor positions =
        num_before_ == 0 ? tokens.packing.positions() : positions_after_padding(tokens, num_before_ - 1);
    terms.push_back(position_->rows(tensor::on_device(positions, tokens.ids.device())));
  }
  return nn::embedding_sum(terms, *norm_, dropout_, context);  // [T, C]
}

ResidualOutput::ResidualOutput(int64_t in_features, int64_t width, double norm_eps, double dropout,
                               nn::DropoutSites& sites)
    : dropout_(dropout, sites) {
  dense_ = register_module("dense", std::make_shared<nn::Linear>(in_features, width));
  norm_ = register_module("LayerNorm", std::make_shared<nn::LayerNorm>(width, norm_eps));
}

FirstTokenPooler::FirstTokenPooler(int64_t width) {
  dense_ = register_module("dense", std::make_shared<nn::Linear>(width, width));
}

at::Tensor FirstTokenPooler::forward(const at::Tensor& x, const tensor::Packing& packing) const {
  return at::tanh(dense_->forward(tensor::first_rows(x, packing)));
}

Intermediate::Intermediate(int64_t width, int64_t num_features, const std::string& activation)
    : activation_(nn::find_activation(activation)) {
  dense_ = register_module("dense", std::make_shared<nn::Linear>(width, num_features));
}

}  // namespace hone::model
