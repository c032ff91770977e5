#include "model/electra.h"

#include <vector>

#include "model/bert.h"
#include "model/config_keys.h"
#include "model/masked_lm.h"

namespace hone::model::electra {

namespace {

constexpr ConfigKey kElectraEmbeddingSize{"embedding_size", ConfigKind::kInteger, "", 1, kMaxWidth};

// BERT's keys and the width of the embeddings.
std::vector<ConfigKey> keys_with_embedding_size() {
  std::vector<ConfigKey> keys(bert::config_keys().begin(), bert::config_keys().end());
  keys.push_back(kElectraEmbeddingSize);
  return keys;
}

constexpr MaskedLmNames kMaskedLm{
    "generator_predictions.dense", "generator_predictions.LayerNorm", {"generator_lm_head"}, /*has_norm_first=*/true};

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> keys = keys_with_embedding_size();
  return keys;
}

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler) {
  return bert::make_body_of_relative(config, sites, has_pooler, {.embedding_size = kElectraEmbeddingSize});
}

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config) {
  return dense_head(parts, bert::classifier_dropout(config), "gelu");  // hidden_act does not apply to it
}

std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  return token_head(parts, bert::classifier_dropout(config));
}

std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return masked_lm_head(parts, config, kMaskedLm, "gelu", config.number(kLayerNormEps));
}

}  // namespace hone::model::electra
