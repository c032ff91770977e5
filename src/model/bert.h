// BERT: Devlin et al., arXiv 1810.04805; names, sizes and defaults as in transformers' BertForSequenceClassification.
#pragma once

#include <memory>
#include <span>

#include "model/config.h"
#include "model/sequence_classifier.h"

namespace hone::model {

// The keys of config.json that this family reads, with HF's defaults.
std::span<const ConfigKey> bert_config_keys();

// Makes the model with unset weights. Errors: those of ModelConfig; kUnsupported for a variant that hone cannot
// compute.
std::shared_ptr<SequenceClassifier> make_bert_classifier(const ModelConfig& config);

}  // namespace hone::model
