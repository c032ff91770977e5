#include "model/causal_lm.h"

#include <ATen/ops/full.h>

#include <vector>

#include "model/config_keys.h"
#include "model/decoder_config.h"
#include "model/masked_lm.h"
#include "tensor/compute.h"

namespace hone::model {

namespace {

class CausalLmHead final : public Head {
 public:
  CausalLmHead(const HeadParts& parts, bool is_tied, double soft_cap, std::string_view name)
      : decoder_(parts, is_tied, {name}, /*has_bias=*/false), soft_cap_(soft_cap) {}

  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext&) const override {
    return rows.defined() ? hidden.tokens.index_select(0, rows) : hidden.tokens;  // [N, C]
  }
  const nn::Linear& output() const override { return decoder_.linear(); }
  double soft_cap() const override { return soft_cap_; }
  std::vector<Tie> ties() const override { return decoder_.ties(); }
  void resize_words(int64_t num_rows) override { decoder_.resize_words(num_rows); }

 private:
  Decoder decoder_;
  double soft_cap_;
};

}  // namespace

std::unique_ptr<Head> causal_lm_head(const HeadParts& parts, bool is_tied, double soft_cap, std::string_view name) {
  return std::make_unique<CausalLmHead>(parts, is_tied, soft_cap, name);
}

std::unique_ptr<Head> make_tied_causal_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return causal_lm_head(parts, config.flag(kTieWordEmbeddings));
}

std::unique_ptr<Head> make_untied_causal_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return causal_lm_head(parts, config.flag(kUntiedWords));
}

at::Tensor next_tokens(const Tokens& tokens) {
  const int64_t count = tokens.ids.size(0);
  at::Tensor next = at::full({count}, -100, tokens.ids.options());
  if (count > 1) next.narrow(0, 0, count - 1).copy_(tokens.ids.narrow(0, 1, count - 1));
  return next.index_fill_(0, tensor::on_device(tokens.packing.last_tokens(), next.device()), -100);
}

tensor::KvShape kv_shape(const Model& model) {
  const KvHeads heads = model.kv_heads();
  return {.num_layers = model.num_cached_layers(),
          .num_kv_heads = heads.num_heads,
          .head_width = heads.width,
          .dtype = model.dtype()};
}

}  // namespace hone::model
