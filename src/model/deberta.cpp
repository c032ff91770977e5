// Packed tokens: T tokens, C width, H heads, D head width, W distances. The names in register_module and
// register_parameter are parts of HF's checkpoint keys.
#include "model/deberta.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/deberta_v2.h"
#include "nn/dropout.h"
#include "nn/linear.h"
#include "tensor/attention.h"
#include "tensor/packing.h"

namespace hone::model::deberta {

namespace {

// Only the second version reads these.
constexpr std::array<std::string_view, 6> kLaterKeys{"position_buckets", "share_att_key", "norm_rel_ebd",
                                                     "conv_kernel_size", "conv_groups",   "conv_act"};
constexpr ConfigKey kTalkingHead{"talking_head", ConfigKind::kFlag, "false"};

std::vector<ConfigKey> keys_of_first_version() {
  std::vector<ConfigKey> keys(deberta_v2::config_keys().begin(), deberta_v2::config_keys().end());
  std::erase_if(keys, [](const ConfigKey& key) { return std::ranges::find(kLaterKeys, key.name) != kLaterKeys.end(); });
  keys.push_back(kTalkingHead);
  return keys;
}

// Query, key and value are one linear, head by head, and only query and value have biases.
class InterleavedSelfAttention final : public deberta_v2::SelfAttention {
 public:
  InterleavedSelfAttention(const ModelConfig& config, nn::DropoutSites& sites)
      : num_heads_(deberta_v2::num_heads_of(config)),
        terms_(deberta_v2::distances_of(config)),
        dropout_of_distances_(deberta_v2::hidden_dropout_of(config), sites),
        dropout_(deberta_v2::attention_dropout_of(config), sites) {
    const int64_t width = deberta_v2::width_of(config);
    query_bias_ = register_parameter("q_bias", at::empty({width}));
    value_bias_ = register_parameter("v_bias", at::empty({width}));
    qkv_ = register_module("in_proj", std::make_shared<nn::Linear>(width, 3 * width, /*has_bias=*/false));
    if (!deberta_v2::has_distances(config)) return;
    if (terms_.has_content_to_position) {
      distance_key_ = register_module("pos_proj", std::make_shared<nn::Linear>(width, width, /*has_bias=*/false));
    }
    if (terms_.has_position_to_content) {
      distance_query_ = register_module("pos_q_proj", std::make_shared<nn::Linear>(width, width));
    }
  }

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const deberta_v2::Distances& distances,
                     const nn::ForwardContext& context) const override {
    const double head_width = static_cast<double>(x.size(1)) / static_cast<double>(num_heads_);
    return tensor::attention(qkv(x), packing,
                             {.num_heads = num_heads_,
                              .num_kv_heads = num_heads_,
                              .scale = 1 / std::sqrt(head_width * terms_.num_terms()),
                              .distances = tables_of(distances, context),
                              .p = dropout_.active_p(context),
                              .stream = dropout_.stream(context)});  // [T, C]
  }

  void draw(const Wanted& wanted, double, at::Generator&) override {
    if (wanted("q_bias")) query_bias_.zero_();
    if (wanted("v_bias")) value_bias_.zero_();
  }

 private:
  at::Tensor qkv(const at::Tensor& x) const {
    const int64_t width = x.size(1);
    const at::Tensor by_head = qkv_->forward(x).view({x.size(0), num_heads_, 3, width / num_heads_});  // [T, H, 3, D]
    const at::Tensor bias = at::cat({query_bias_, at::zeros_like(query_bias_), value_bias_}).to(x.scalar_type());
    return by_head.transpose(1, 2).reshape({x.size(0), 3 * width}) + bias;  // [T, 3 C]
  }

  tensor::DistanceTables tables_of(const deberta_v2::Distances& distances, const nn::ForwardContext& context) const {
    if (!distances.rows.defined() || terms_.num_terms() == 1) return {};
    const at::Tensor embeddings = dropout_of_distances_(distances.embeddings, context);  // [W, C]
    tensor::DistanceTables tables{.rows = distances.rows};
    if (distance_key_) tables.keys = distance_key_->forward(embeddings);
    if (distance_query_) tables.queries = distance_query_->forward(embeddings);
    return tables;
  }

  int64_t num_heads_;
  DebertaDistances terms_;
  at::Tensor query_bias_, value_bias_;  // [C]
  std::shared_ptr<nn::Linear> qkv_, distance_key_, distance_query_;
  nn::Dropout dropout_of_distances_, dropout_;
};

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> keys = keys_of_first_version();
  return keys;
}

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool) {
  if (config.flag(kTalkingHead)) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"talking_head\" is true", config.source()),
                "hone computes DeBERTa without linears between the heads");
  }
  ModelConfig of_first_version = config;
  for (const std::string_view key : kLaterKeys) of_first_version.set_own(key, nullptr);
  return deberta_v2::make_body_of_version(
      of_first_version, sites, [](const ModelConfig& of, nn::DropoutSites& its_sites) {
        return std::shared_ptr<deberta_v2::SelfAttention>(std::make_shared<InterleavedSelfAttention>(of, its_sites));
      });
}

}  // namespace hone::model::deberta
