#include "model/families.h"

#include <algorithm>
#include <array>

#include "base/names.h"
#include "model/bert.h"
#include "model/distilbert.h"

namespace hone::model {

namespace {

// Checkpoints of BertForMaskedLM have no pooler.
constexpr std::array<std::string_view, 2> kBertDrawn{"bert.pooler.", "classifier."};
constexpr std::array<std::string_view, 2> kDistilBertDrawn{"pre_classifier.", "classifier."};

constexpr std::array kFamilies{
    Family{"bert", "BERT encoders: bert-base, bert-large, MiniLM, Chinese and multilingual BERT",
           "BertForSequenceClassification", "bert", "bert.embeddings.word_embeddings", kBertDrawn, bert_config_keys,
           make_bert_classifier},
    Family{"distilbert", "DistilBERT encoders: half the layers of BERT", "DistilBertForSequenceClassification",
           "distilbert", "distilbert.embeddings.word_embeddings", kDistilBertDrawn, distilbert_config_keys,
           make_distilbert_classifier},
};

// Name endings of LayerNorm in TensorFlow's checkpoints, and in torch.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kOldEndings{
    {{".gamma", ".weight"}, {".beta", ".bias"}}};

}  // namespace

std::span<const Family> families() { return kFamilies; }

const Family& family_of(const ModelConfig& config) {
  return find_row(kFamilies, "model_type", config.model_type(), ErrorKind::kUnsupported);
}

std::string canonical_name(const Family& family, std::string_view stored,
                           const std::function<bool(const std::string&)>& has) {
  if (stored.starts_with("module.")) stored.remove_prefix(std::string_view("module.").size());
  std::string name(stored);
  for (const auto& [old_ending, ending] : kOldEndings) {
    if (name.ends_with(old_ending)) name.replace(name.size() - old_ending.size(), old_ending.size(), ending);
  }
  if (has(name)) return name;
  std::string with_body = fmt::format("{}.{}", family.body, name);
  return has(with_body) ? with_body : name;
}

bool is_buffer_name(std::string_view stored) { return stored.ends_with("embeddings.position_ids"); }

bool may_be_drawn(const Family& family, std::string_view parameter) {
  return std::any_of(family.drawn_if_missing.begin(), family.drawn_if_missing.end(),
                     [&](std::string_view prefix) { return parameter.starts_with(prefix); });
}

}  // namespace hone::model
