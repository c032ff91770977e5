#include "model/roberta.h"

#include <algorithm>
#include <vector>

#include "model/bert.h"
#include "model/config_keys.h"
#include "model/masked_lm.h"

namespace hone::model::roberta {

namespace {

constexpr ConfigKey kRobertaPadTokenId{"pad_token_id", ConfigKind::kInteger, "1", -kMaxRows, kMaxRows, "", true};

// BERT's keys, with RoBERTa's default for the padding.
std::vector<ConfigKey> made_keys() {
  std::vector<ConfigKey> keys(bert::config_keys().begin(), bert::config_keys().end());
  std::ranges::replace_if(
      keys, [](const ConfigKey& key) { return key.name == kRobertaPadTokenId.name; }, kRobertaPadTokenId);
  return keys;
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> keys = made_keys();
  return keys;
}

std::shared_ptr<Body> make_body(const ModelConfig& config, nn::DropoutSites& sites, bool has_pooler) {
  return bert::make_body_of_relative(
      config, sites, has_pooler, {.first_position = FirstPosition::kAfterPadding, .pad_token_id = kRobertaPadTokenId});
}

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig& config) {
  return dense_head(parts, bert::classifier_dropout(config), "tanh");
}

std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  return token_head(parts, bert::classifier_dropout(config));
}

std::unique_ptr<Head> make_masked_lm_head(const HeadParts& parts, const ModelConfig& config) {
  return masked_lm_head(parts, config, kRobertaMaskedLm, "gelu", config.number(kLayerNormEps));
}

}  // namespace hone::model::roberta
