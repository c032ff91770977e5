#include "model/encoder_decoder.h"

#include <ATen/ops/empty.h>

#include <cmath>
#include <utility>

#include "tensor/cross_attention.h"
#include "tensor/source_cache.h"

namespace hone::model {

void DiscardedTable::draw(const Wanted& wanted, double deviation, at::Generator& generator) {
  if (wanted("weight")) at::empty({num_rows_, width_}).normal_(0.0, deviation, generator);
}

void DiscardedTable::draw_construction(at::Generator& generator) {
  at::empty({num_rows_, width_}).normal_(0.0, 1.0, generator);
}

MemoryAttention::MemoryAttention(int64_t layer, const MemoryAttentionRule& rule, nn::DropoutSites& sites)
    : layer_(layer), rule_(rule), dropout_(rule.dropout, sites) {
  if (rule_.scale == 0) rule_.scale = 1 / std::sqrt(static_cast<double>(rule_.head_width));
}

at::Tensor MemoryAttention::forward(const at::Tensor& q, const nn::JoinedLinear& key_value, const Stream& stream,
                                    const nn::ForwardContext& context) const {
  if (stream.sources != nullptr) {
    return stream.sources->attend(layer_, q, stream.packing, rule_.num_heads, rule_.scale);
  }
  return tensor::cross_attention(q, key_value.forward(stream.memory), stream.packing, stream.memory_packing,
                                 {.num_heads = rule_.num_heads,
                                  .num_kv_heads = rule_.num_heads,
                                  .scale = rule_.scale,
                                  .p = dropout_.active_p(context),
                                  .stream = dropout_.stream(context)});
}

EncoderDecoderBody::EncoderDecoderBody(const BodyTraits& traits, std::shared_ptr<nn::Embedding> words,
                                       std::shared_ptr<Stack> encoder, std::shared_ptr<Stack> decoder)
    : Body(traits) {
  words_ = register_module("shared", std::move(words));
  encoder_ = register_module("encoder", std::move(encoder));
  if (decoder) decoder_ = register_module("decoder", std::move(decoder));
}

std::vector<Tie> EncoderDecoderBody::ties() const {
  std::vector<Tie> all{{"encoder.embed_tokens.weight", "shared.weight"}};
  if (decoder_) all.push_back({"decoder.embed_tokens.weight", "shared.weight"});
  return all;
}

at::Tensor EncoderDecoderBody::source_keys(int64_t index, const at::Tensor& memory) const {
  return decoder_->source_keys(index, memory);
}

Stream EncoderDecoderBody::begin(const Inputs& inputs, const nn::ForwardContext& context) const {
  return {.x = encoder_->begin(inputs.text, *words_, context), .packing = inputs.text.packing};
}

at::Tensor EncoderDecoderBody::layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const {
  const int64_t of_decoder = index - traits().num_encoder_layers.value_or(traits().num_layers);
  return of_decoder < 0 ? encoder_->layer(index, stream, context) : decoder_->layer(of_decoder, stream, context);
}

Hidden EncoderDecoderBody::end(Stream&& stream, const nn::ForwardContext& context) const {
  const Stack& last = decoder_ ? *decoder_ : *encoder_;
  return {.tokens = last.end(stream.x, context), .packing = std::move(stream.packing), .pooled = {}};
}

at::Tensor EncoderDecoderBody::end_encoder(const Stream& stream, const nn::ForwardContext& context) const {
  return encoder_->end(stream.x, context);
}

at::Tensor EncoderDecoderBody::begin_decoder(const Inputs& inputs, const nn::ForwardContext& context) const {
  return decoder_->begin(inputs.decoder, *words_, context);
}

}  // namespace hone::model
