#include "model/decoder_attention.h"

#include <utility>

#include "base/error.h"
#include "tensor/attention.h"
#include "tensor/kv_cache.h"

namespace hone::model {

DecoderAttention::DecoderAttention(int64_t layer, DecoderAttentionRule rule, nn::DropoutSites& sites)
    : layer_(layer), rule_(std::move(rule)), dropout_(rule_.dropout, sites) {}

at::Tensor DecoderAttention::forward(const at::Tensor& qkv, const Stream& stream, const nn::ForwardContext& context,
                                     const tensor::DistanceTables& distances, bool is_causal) const {
  tensor::AttentionOptions options{.num_heads = rule_.heads.num_heads,
                                   .num_kv_heads = rule_.heads.num_kv_heads,
                                   .causal = is_causal,
                                   .scale = rule_.scale,
                                   .soft_cap = rule_.soft_cap,
                                   .distances = distances,
                                   .p = dropout_.active_p(context),
                                   .stream = dropout_.stream(context)};
  // The kernel counts the distance of the farthest key.
  if (rule_.window) options.window = *rule_.window - 1;
  const int64_t longest = stream.cache != nullptr ? stream.cache->max_length() : stream.packing.max_length();
  if (rule_.positions) options.rotary = rule_.positions->angles(longest);
  if (stream.cache != nullptr) return stream.cache->attend(layer_, qkv.contiguous(), options);
  return tensor::attention(qkv, stream.packing, options);
}

void check_heads(const DecoderHeads& heads, const std::string& source) {
  if (heads.num_heads % heads.num_kv_heads != 0) {
    throw Error(
        ErrorKind::kInput,
        fmt::format("{}: {} query heads cannot share {} key heads", source, heads.num_heads, heads.num_kv_heads),
        "\"num_attention_heads\" is a multiple of \"num_key_value_heads\"");
  }
  if (heads.head_width <= tensor::max_head_width()) return;
  throw Error(ErrorKind::kUnsupported, fmt::format("{}: heads of width {}", source, heads.head_width),
              fmt::format("hone computes heads of up to {}", tensor::max_head_width()));
}

}  // namespace hone::model
