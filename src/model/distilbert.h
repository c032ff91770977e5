// DistilBERT: Sanh et al., arXiv 1910.01108; names, sizes and defaults as in transformers'
// DistilBertForSequenceClassification.
#pragma once

#include <memory>
#include <span>

#include "model/config.h"
#include "model/sequence_classifier.h"

namespace hone::model {

// The keys of config.json that this family reads, with HF's defaults.
std::span<const ConfigKey> distilbert_config_keys();

// Makes the model with unset weights. Errors: those of ModelConfig.
std::shared_ptr<SequenceClassifier> make_distilbert_classifier(const ModelConfig& config);

}  // namespace hone::model
