// DeBERTa: He et al., arXiv 2006.03654, in its second version, and DeBERTaV3, arXiv 2111.09543, which has the same
// body; names, sizes and defaults as in transformers'.
#pragma once

#include <memory>
#include <span>

#include "model/body.h"
#include "model/config.h"
#include "model/deberta_distances.h"
#include "model/heads.h"
#include "nn/leaf.h"

namespace hone::model::deberta_v2 {

// The keys of config.json that this family reads, with HF's defaults. The list lacks
// "pos_att_type", because HF writes it as a list or as a text.
std::span<const ConfigKey> config_keys();

// The distances of a batch: rows [2 L - 1] of `embeddings` [W, C]; undefined if the model has none.
struct Distances {
  at::Tensor rows, embeddings;
};

// The attention of one layer, [T, C] -> [T, C], without its output linear. A version of DeBERTa may keep parameters of
// its own there.
class SelfAttention : public nn::Leaf {
 public:
  virtual at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing, const Distances& distances,
                             const nn::ForwardContext& context) const = 0;

  void draw(const Wanted&, double, at::Generator&) override {}
};

using MakeAttention = std::shared_ptr<SelfAttention> (*)(const ModelConfig& config, nn::DropoutSites& sites);

// Which terms of distances the scores have, and where their rows lie.
DebertaDistances distances_of(const ModelConfig& config);

// The keys that versions share.
int64_t width_of(const ModelConfig& config);
int64_t num_heads_of(const ModelConfig& config);
bool has_distances(const ModelConfig& config);
double hidden_dropout_of(const ModelConfig& config);
double attention_dropout_of(const ModelConfig& config);

// Makes the body of a version that differs only in the attention. Errors: those of make_body.
std::shared_ptr<Body> make_body_of_version(const ModelConfig& config, nn::DropoutSites& sites, MakeAttention attention);

// Makes the body with unset weights; it has no pooler. Errors: those of ModelConfig; kUnsupported for a variant that
// hone cannot compute.
std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler);

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config);

}  // namespace hone::model::deberta_v2
