#include "model/families.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "base/names.h"
#include "model/albert.h"
#include "model/bert.h"
#include "model/deberta.h"
#include "model/deberta_v2.h"
#include "model/decoder_families.h"
#include "model/distilbert.h"
#include "model/electra.h"
#include "model/modernbert.h"
#include "model/mpnet.h"
#include "model/nomic_bert.h"
#include "model/roberta.h"
#include "model/seq2seq_families.h"

namespace hone::model {

namespace {

// Checkpoints of BertForMaskedLM have no pooler.
constexpr std::array<std::string_view, 2> kPoolerAndClassifier{"bert.pooler.", "classifier."};
constexpr std::array<std::string_view, 2> kPreClassifierAndClassifier{"pre_classifier.", "classifier."};
constexpr std::array<std::string_view, 1> kClassifier{"classifier."};

// Of the heads of masked language models.
constexpr std::array<std::string_view, 1> kCls{"cls."}, kVocab{"vocab_"}, kLmHead{"lm_head."}, kGenerator{"generator_"},
    kPredictions{"predictions."};
constexpr std::array<std::string_view, 2> kDebertaLm{"cls.", "lm_predictions."}, kHeadAndDecoder{"head.", "decoder."};

constexpr std::array<std::string_view, 1> kBertPooler{"bert.pooler."}, kRobertaPooler{"roberta.pooler."},
    kAlbertPooler{"albert.pooler."}, kMpnetPooler{"mpnet.pooler."};

constexpr std::array kBertHeads{
    HeadRow{"sequence", "BertForSequenceClassification", true, kPoolerAndClassifier, bert::make_sequence_head},
    HeadRow{"token", "BertForTokenClassification", false, kClassifier, bert::make_token_head},
    HeadRow{"masked-lm", "BertForMaskedLM", false, kCls, bert::make_masked_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "BertModel", true, kBertPooler, nullptr},
};
constexpr std::array kDistilBertHeads{
    HeadRow{"sequence", "DistilBertForSequenceClassification", false, kPreClassifierAndClassifier,
            distilbert::make_sequence_head},
    HeadRow{"token", "DistilBertForTokenClassification", false, kClassifier, distilbert::make_token_head},
    HeadRow{"masked-lm", "DistilBertForMaskedLM", false, kVocab, distilbert::make_masked_lm_head,
            /*predicts_words=*/true},
    HeadRow{"pooling", "DistilBertModel", false, {}, nullptr},
};

constexpr std::array kRobertaHeads{
    HeadRow{"sequence", "RobertaForSequenceClassification", false, kClassifier, roberta::make_sequence_head},
    HeadRow{"token", "RobertaForTokenClassification", false, kClassifier, roberta::make_token_head},
    HeadRow{"masked-lm", "RobertaForMaskedLM", false, kLmHead, roberta::make_masked_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "RobertaModel", true, kRobertaPooler, nullptr},
};
constexpr std::array kCamembertHeads{
    HeadRow{"sequence", "CamembertForSequenceClassification", false, kClassifier, roberta::make_sequence_head},
    HeadRow{"token", "CamembertForTokenClassification", false, kClassifier, roberta::make_token_head},
    HeadRow{"masked-lm", "CamembertForMaskedLM", false, kLmHead, roberta::make_masked_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "CamembertModel", true, kRobertaPooler, nullptr},
};
constexpr std::array kXlmRobertaHeads{
    HeadRow{"sequence", "XLMRobertaForSequenceClassification", false, kClassifier, roberta::make_sequence_head},
    HeadRow{"token", "XLMRobertaForTokenClassification", false, kClassifier, roberta::make_token_head},
    HeadRow{"masked-lm", "XLMRobertaForMaskedLM", false, kLmHead, roberta::make_masked_lm_head,
            /*predicts_words=*/true},
    HeadRow{"pooling", "XLMRobertaModel", true, kRobertaPooler, nullptr},
};

constexpr std::array kElectraHeads{
    HeadRow{"sequence", "ElectraForSequenceClassification", false, kClassifier, electra::make_sequence_head},
    HeadRow{"token", "ElectraForTokenClassification", false, kClassifier, electra::make_token_head},
    HeadRow{"masked-lm", "ElectraForMaskedLM", false, kGenerator, electra::make_masked_lm_head,
            /*predicts_words=*/true},
    HeadRow{"pooling", "ElectraModel", false, {}, nullptr},
};
constexpr std::array<std::string_view, 2> kAlbertPoolerAndClassifier{"albert.pooler.", "classifier."};
constexpr std::array kAlbertHeads{
    HeadRow{"sequence", "AlbertForSequenceClassification", true, kAlbertPoolerAndClassifier,
            albert::make_sequence_head},
    HeadRow{"token", "AlbertForTokenClassification", false, kClassifier, albert::make_token_head},
    HeadRow{"masked-lm", "AlbertForMaskedLM", false, kPredictions, albert::make_masked_lm_head,
            /*predicts_words=*/true},
    HeadRow{"pooling", "AlbertModel", true, kAlbertPooler, nullptr},
};

constexpr std::array kMpnetHeads{
    HeadRow{"sequence", "MPNetForSequenceClassification", false, kClassifier, mpnet::make_sequence_head},
    HeadRow{"token", "MPNetForTokenClassification", false, kClassifier, mpnet::make_token_head},
    HeadRow{"masked-lm", "MPNetForMaskedLM", false, kLmHead, mpnet::make_masked_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "MPNetModel", true, kMpnetPooler, nullptr},
};
constexpr std::array<std::string_view, 2> kContextPoolerAndClassifier{"pooler.", "classifier."};
constexpr std::array kDebertaHeads{
    HeadRow{"sequence", "DebertaForSequenceClassification", false, kContextPoolerAndClassifier,
            deberta_v2::make_sequence_head},
    HeadRow{"token", "DebertaForTokenClassification", false, kClassifier, deberta_v2::make_token_head},
    HeadRow{"masked-lm", "DebertaForMaskedLM", false, kDebertaLm, deberta_v2::make_masked_lm_head,
            /*predicts_words=*/true},
    HeadRow{"pooling", "DebertaModel", false, {}, nullptr},
};
constexpr std::array kDebertaV2Heads{
    HeadRow{"sequence", "DebertaV2ForSequenceClassification", false, kContextPoolerAndClassifier,
            deberta_v2::make_sequence_head},
    HeadRow{"token", "DebertaV2ForTokenClassification", false, kClassifier, deberta_v2::make_token_head},
    HeadRow{"masked-lm", "DebertaV2ForMaskedLM", false, kDebertaLm, deberta_v2::make_masked_lm_head,
            /*predicts_words=*/true},
    HeadRow{"pooling", "DebertaV2Model", false, {}, nullptr},
};
// Checkpoints with relative positions only may store a table of positions too.
constexpr std::array<std::string_view, 2> kUnusedPositions{"embeddings.position_ids",
                                                           "embeddings.position_embeddings.weight"};

// The head's dense layer is also that of masked language models, so most checkpoints have it.
constexpr std::array<std::string_view, 2> kHeadAndClassifier{"head.", "classifier."};
constexpr std::array kModernBertHeads{
    HeadRow{"sequence", "ModernBertForSequenceClassification", false, kHeadAndClassifier,
            modernbert::make_sequence_head},
    HeadRow{"token", "ModernBertForTokenClassification", false, kHeadAndClassifier, modernbert::make_token_head},
    HeadRow{"masked-lm", "ModernBertForMaskedLM", false, kHeadAndDecoder, modernbert::make_masked_lm_head,
            /*predicts_words=*/true},
    HeadRow{"pooling", "ModernBertModel", false, {}, nullptr},
};
constexpr std::array<std::string_view, 2> kNomicPoolerAndClassifier{"nomic_bert.pooler.", "classifier."};
constexpr std::array kNomicBertHeads{
    HeadRow{"sequence", "NomicBertForSequenceClassification", true, kNomicPoolerAndClassifier,
            nomic_bert::make_sequence_head},
    HeadRow{"token", "NomicBertForTokenClassification", false, kClassifier, nomic_bert::make_token_head},
    HeadRow{"masked-lm", "NomicBertForMaskedLM", false, kCls, nomic_bert::make_masked_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "NomicBertModel", false, {}, nullptr},
};

// Of LayerNorm in TensorFlow's checkpoints.
constexpr std::array kTensorFlowEndings{OldEnding{".gamma", ".weight"}, OldEnding{".beta", ".bias"}};
constexpr std::array<std::string_view, 1> kPositionIds{"embeddings.position_ids"};

// The first checkpoints of NomicBERT, which came with code of their own.
constexpr std::array kNomicParts{OldPart{"encoder.layers.", "layers."},
                                 OldPart{"emb_ln.", "embeddings.LayerNorm."},
                                 OldPart{".attn.out_proj.", ".self_attn.o_proj."},
                                 OldPart{".mlp.fc11.", ".mlp.up_proj."},
                                 OldPart{".mlp.fc12.", ".mlp.gate_proj."},
                                 OldPart{".mlp.fc2.", ".mlp.down_proj."},
                                 OldPart{".norm1.", ".post_attention_layernorm."},
                                 OldPart{".norm2.", ".post_mlp_layernorm."}};
constexpr std::array kNomicJoined{
    OldJoined{".attn.Wqkv.", {".self_attn.q_proj.", ".self_attn.k_proj.", ".self_attn.v_proj."}}};

// Linears with adapters.
constexpr std::array<std::string_view, 2> kQueryValue{"query", "value"}, kQueryValueLin{"q_lin", "v_lin"},
    kQV{"q", "v"}, kQueryValueProj{"query_proj", "value_proj"}, kQVProj{"q_proj", "v_proj"};
constexpr std::array<std::string_view, 1> kInProj{"in_proj"}, kWqkv{"Wqkv"};

constexpr std::array kEncoders{
    Family{"bert", "BERT encoders: bert-base, bert-large, MiniLM, Chinese and multilingual BERT", "bert",
           "bert.embeddings.word_embeddings", bert::config_keys, bert::make_body, kBertHeads, kQueryValue,
           kTensorFlowEndings, kPositionIds},
    Family{"distilbert", "DistilBERT encoders: half the layers of BERT", "distilbert",
           "distilbert.embeddings.word_embeddings", distilbert::config_keys, distilbert::make_body, kDistilBertHeads,
           kQueryValueLin, kTensorFlowEndings, kPositionIds},
    Family{"roberta", "RoBERTa encoders", "roberta", "roberta.embeddings.word_embeddings", roberta::config_keys,
           roberta::make_body, kRobertaHeads, kQueryValue, kTensorFlowEndings, kPositionIds},
    Family{"camembert",
           "CamemBERT: RoBERTa for French",
           "roberta",
           "roberta.embeddings.word_embeddings",
           roberta::config_keys,
           roberta::make_body,
           kCamembertHeads,
           kQueryValue,
           kTensorFlowEndings,
           kPositionIds,
           {},
           {},
           {},
           /*has_head_first=*/true},
    Family{"xlm-roberta",
           "XLM-RoBERTa: RoBERTa for a hundred languages",
           "roberta",
           "roberta.embeddings.word_embeddings",
           roberta::config_keys,
           roberta::make_body,
           kXlmRobertaHeads,
           kQueryValue,
           kTensorFlowEndings,
           kPositionIds,
           {},
           {},
           {},
           /*has_head_first=*/true},
    Family{"electra", "ELECTRA discriminators", "electra", "electra.embeddings.word_embeddings", electra::config_keys,
           electra::make_body, kElectraHeads, kQueryValue, kTensorFlowEndings, kPositionIds},
    Family{"albert", "ALBERT: BERT whose layers share their weights", "albert", "albert.embeddings.word_embeddings",
           albert::config_keys, albert::make_body, kAlbertHeads, kQueryValue, kTensorFlowEndings, kPositionIds},
    Family{"mpnet", "MPNet encoders", "mpnet", "mpnet.embeddings.word_embeddings", mpnet::config_keys, mpnet::make_body,
           kMpnetHeads, kQV, kTensorFlowEndings, kPositionIds},
    Family{"deberta", "DeBERTa encoders, version 1", "deberta", "deberta.embeddings.word_embeddings",
           deberta::config_keys, deberta::make_body, kDebertaHeads, kInProj, kTensorFlowEndings, kUnusedPositions},
    Family{"deberta-v2", "DeBERTa encoders, version 2 and 3", "deberta", "deberta.embeddings.word_embeddings",
           deberta_v2::config_keys, deberta_v2::make_body, kDebertaV2Heads, kQueryValueProj, kTensorFlowEndings,
           kUnusedPositions},
    Family{"modernbert", "ModernBERT: rotary positions, local and global attention, GeGLU", "model",
           "model.embeddings.tok_embeddings", modernbert::config_keys, modernbert::make_body, kModernBertHeads, kWqkv},
    Family{"nomic_bert",
           "NomicBERT: BERT with rotary positions and SwiGLU",
           "nomic_bert",
           "nomic_bert.embeddings.word_embeddings",
           nomic_bert::config_keys,
           nomic_bert::make_body,
           kNomicBertHeads,
           kQVProj,
           {},
           {},
           kNomicParts,
           kNomicJoined,
           "bert"},
};

// Models of the Hub that hone leaves out, with the reason.
struct Refused {
  std::string_view name, reason, hint;
};

constexpr std::string_view kIsDecoder = "is a decoder that hone does not compute";
constexpr std::string_view kIsBoth = "has an encoder and a decoder that hone does not compute";
constexpr std::string_view kTakeDecoder = "hone computes decoders such as llama, qwen3, gemma2 and gpt2";
constexpr std::string_view kTakeBoth = "hone computes t5, mt5, bart, mbart and marian";
constexpr std::array kRefused{
    Refused{"xlm", "is a family that hone does not compute",
            "the nearest family is xlm-roberta, for a hundred languages"},
    Refused{"bloom", kIsDecoder, kTakeDecoder},
    Refused{"deepseek_v2", kIsDecoder, kTakeDecoder},
    Refused{"deepseek_v3", kIsDecoder, kTakeDecoder},
    Refused{"falcon", kIsDecoder, kTakeDecoder},
    Refused{"gemma", kIsDecoder, kTakeDecoder},
    Refused{"gemma3", "reads images and text", "hone computes its text part, \"gemma3_text\""},
    Refused{"gpt_neo", kIsDecoder, kTakeDecoder},
    Refused{"gpt_oss", kIsDecoder, kTakeDecoder},
    Refused{"gptj", kIsDecoder, kTakeDecoder},
    Refused{"mixtral", kIsDecoder, kTakeDecoder},
    Refused{"openai-gpt", kIsDecoder, kTakeDecoder},
    Refused{"opt", kIsDecoder, kTakeDecoder},
    Refused{"phi", kIsDecoder, kTakeDecoder},
    Refused{"qwen2_moe", kIsDecoder, kTakeDecoder},
    Refused{"pegasus", kIsBoth, kTakeBoth},
    Refused{"m2m_100", kIsBoth, kTakeBoth},
    Refused{"umt5", kIsBoth, kTakeBoth},
};

}  // namespace

std::span<const Family> families() {
  static const std::vector<Family> all = [] {
    std::vector<Family> rows(kEncoders.begin(), kEncoders.end());
    const std::span<const Family> decoders = decoder_families();
    rows.insert(rows.end(), decoders.begin(), decoders.end());
    const std::span<const Family> with_both = seq2seq_families();
    rows.insert(rows.end(), with_both.begin(), with_both.end());
    return rows;
  }();
  return all;
}

const Family& family_of(const ModelConfig& config) {
  const std::string type = config.model_type();
  const auto refused = std::ranges::find(kRefused, type, &Refused::name);
  if (refused != kRefused.end()) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: \"model_type\" is \"{}\", which {}", config.source(), type, refused->reason),
                std::string(refused->hint));
  }
  return find_row(families(), "model_type", type, ErrorKind::kUnsupported);
}

std::optional<std::string> misleading_name_note(std::string_view folder_name, const Family& family) {
  const auto simplified = [](std::string_view name) {
    std::string result(name);
    std::ranges::transform(result, result.begin(), [](char c) {
      return c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return result;
  };
  const std::string name = simplified(folder_name);
  std::string_view found;
  for (const Family& other : families()) {
    if (other.name.size() > found.size() && name.find(simplified(other.name)) != std::string::npos) found = other.name;
  }
  // A folder of "deberta-v2" may be called deberta-v3-small.
  if (family.name.starts_with(found)) return std::nullopt;
  return fmt::format("{} is read as \"{}\", the model_type of its config.json; the name of a folder decides nothing",
                     folder_name, family.name);
}

const HeadRow& find_head(const Family& family, std::string_view kind) {
  const auto found = std::ranges::find(family.heads, kind, &HeadRow::kind);
  if (found != family.heads.end()) return *found;
  std::vector<std::string_view> kinds;
  for (const HeadRow& head : family.heads) kinds.push_back(head.kind);
  throw Error(ErrorKind::kUnsupported, fmt::format("{} has no head of the kind \"{}\"", family.name, kind),
              fmt::format("it has those of the kinds {}", fmt::join(kinds, ", ")));
}

std::string_view saved_head(const ModelConfig& config) {
  const auto classes = config.json().find("architectures");
  if (classes == config.json().end() || !classes->is_array() || classes->empty() || !classes->front().is_string()) {
    return "";
  }
  for (const HeadRow& head : family_of(config).heads) {
    if (classes->front() == std::string(head.class_name)) return head.kind;
  }
  return "";
}

std::string canonical_name(const Family& family, std::string_view stored,
                           const std::function<bool(const std::string&)>& has) {
  if (stored.starts_with("module.")) stored.remove_prefix(std::string_view("module.").size());
  std::string name(stored);
  for (const auto& [before, today] : family.old_endings) {
    if (name.ends_with(before)) name.replace(name.size() - before.size(), before.size(), today);
  }
  for (const auto& [before, today] : family.old_parts) {
    if (const size_t at = name.find(before); at != std::string::npos) name.replace(at, before.size(), today);
  }
  if (has(name)) return name;
  if (!family.old_body.empty() && name.starts_with(std::string(family.old_body) + ".")) {
    name.erase(0, family.old_body.size() + 1);
  }
  std::string with_body = fmt::format("{}.{}", family.body, name);
  return has(with_body) ? with_body : name;
}

bool is_computed_table(const Family& family, std::string_view stored) {
  return std::ranges::any_of(family.not_weights, [&](std::string_view ending) { return stored.ends_with(ending); });
}

bool is_transposed(const Family& family, std::string_view parameter) {
  return std::ranges::any_of(family.transposed, [&](std::string_view ending) { return parameter.ends_with(ending); });
}

bool may_be_drawn(const HeadRow& head, std::string_view parameter) {
  return std::any_of(head.may_be_missing.begin(), head.may_be_missing.end(),
                     [&](std::string_view prefix) { return parameter.starts_with(prefix); });
}

}  // namespace hone::model
