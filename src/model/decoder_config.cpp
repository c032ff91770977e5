#include "model/decoder_config.h"

namespace hone::model {

DecoderShape decoder_shape(const ModelConfig& config, const DecoderKeys& keys) {
  DecoderShape shape;
  shape.traits = {.width = config.integer(kHiddenSize),
                  .num_layers = config.integer(kNumLayers),
                  .vocab_size = config.integer(kVocabSize),
                  .num_token_types = 0,
                  .max_length = config.integer(kMaxPositions)};
  shape.heads.num_heads = config.integer(kNumHeads);
  shape.heads.num_kv_heads = config.optional_integer(keys.num_kv_heads).value_or(shape.heads.num_heads);
  const std::optional<int64_t> head_width = config.optional_integer(keys.head_dim);
  if (!head_width) check_head_width(config, shape.traits.width, shape.heads.num_heads);
  shape.heads.head_width = head_width.value_or(shape.traits.width / shape.heads.num_heads);
  check_heads(shape.heads, config.source());
  shape.layers.resize(static_cast<size_t>(shape.traits.num_layers));
  shape.activation = config.text(keys.activation);
  shape.inner_width = config.integer(kIntermediateSize);
  shape.padding = padding_id(config, kVocabSize, keys.pad_token_id);
  shape.norm_eps = config.number(keys.norm_eps);
  shape.attention_dropout = config.number(kSoftmaxDropout);
  return shape;
}

void turn_all_layers(const ModelConfig& config, DecoderShape& shape, const RopeKeys& keys) {
  const auto positions = rotary_positions(config, keys, shape.heads.head_width, shape.traits.max_length);
  for (DecoderLayerShape& layer : shape.layers) layer.positions = positions;
  shape.traits = with_positions(shape.traits, {positions});
}

void set_windows(DecoderShape& shape, const std::vector<bool>& slides, std::optional<int64_t> window) {
  for (size_t i = 0; i < shape.layers.size(); ++i) {
    if (slides[i]) shape.layers[i].window = window;
  }
}

}  // namespace hone::model
