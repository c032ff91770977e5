#include "model/seq2seq_families.h"

#include <array>

#include "model/bart.h"
#include "model/t5.h"

namespace hone::model {

namespace {

constexpr std::array<std::string_view, 1> kMayLackBias{"final_logits_bias"};

constexpr std::array kT5Heads{
    HeadRow{"seq2seq-lm", "T5ForConditionalGeneration", false, {}, t5::make_seq2seq_head, /*predicts_words=*/true},
    HeadRow{"pooling", "T5EncoderModel", false, {}, nullptr, false, /*reads_encoder_only=*/true},
};
constexpr std::array kMt5Heads{
    HeadRow{"seq2seq-lm", "MT5ForConditionalGeneration", false, {}, t5::make_mt5_seq2seq_head, /*predicts_words=*/true},
    HeadRow{"pooling", "MT5EncoderModel", false, {}, nullptr, false, /*reads_encoder_only=*/true},
};
constexpr std::array kBartHeads{
    HeadRow{"seq2seq-lm", "BartForConditionalGeneration", false, kMayLackBias, bart::make_seq2seq_head,
            /*predicts_words=*/true},
};
constexpr std::array kMbartHeads{
    HeadRow{"seq2seq-lm", "MBartForConditionalGeneration", false, kMayLackBias, bart::make_seq2seq_head,
            /*predicts_words=*/true},
};
constexpr std::array kMarianHeads{
    HeadRow{"seq2seq-lm", "MarianMTModel", false, kMayLackBias, bart::make_seq2seq_head, /*predicts_words=*/true},
};

constexpr std::array<std::string_view, 2> kStacks{"encoder", "decoder"};
constexpr std::array<std::string_view, 2> kT5QV{"q", "v"}, kSeq2SeqQVProj{"q_proj", "v_proj"};
// What old checkpoints store beside the weights.
constexpr std::array<std::string_view, 1> kUnusedBias{"EncDecAttention.relative_attention_bias.weight"};
constexpr std::array<std::string_view, 2> kVersions{"encoder.version", "decoder.version"};
constexpr std::array<std::string_view, 3> kMarianTables{"embed_positions.weight", "encoder.version", "decoder.version"};

// A row for the names of T5's checkpoints.
constexpr Family like_t5(std::string_view name, std::string_view doc, std::span<const HeadRow> heads) {
  return {.name = name,
          .doc = doc,
          .body = "transformer",
          .word_embeddings = "transformer.shared",
          .config_keys = t5::config_keys,
          .make_body = t5::make_body,
          .heads = heads,
          .lora_targets = kT5QV,
          .not_weights = kUnusedBias,
          .make_encoder = t5::make_encoder,
          .is_body_without_prefix = true,
          .drawn_parts = kStacks,
          .deviation = &t5::kFactor,
          .ties_by_files = true};
}

// A row for the names of BART's checkpoints.
constexpr Family like_bart(std::string_view name, std::string_view doc, std::span<const ConfigKey> (*config_keys)(),
                           std::shared_ptr<Body> (*make_body)(const ModelConfig&, nn::DropoutSites&, bool),
                           std::span<const HeadRow> heads, std::span<const std::string_view> not_weights = kVersions) {
  return {.name = name,
          .doc = doc,
          .body = "model",
          .word_embeddings = "model.shared",
          .config_keys = config_keys,
          .make_body = make_body,
          .heads = heads,
          .lora_targets = kSeq2SeqQVProj,
          .not_weights = not_weights,
          .drawn_parts = kStacks,
          .deviation = &bart::kInitStd,
          .ties_by_files = true};
}

constexpr std::array kSeq2SeqFamilies{
    like_t5("t5", "T5, T5 1.1 and Flan-T5: an encoder and a decoder", kT5Heads),
    like_t5("mt5", "mT5: T5 for a hundred languages", kMt5Heads),
    like_bart("bart", "BART: an encoder and a decoder", bart::config_keys, bart::make_body, kBartHeads),
    like_bart("mbart", "mBART: BART for many languages", bart::config_keys, bart::make_mbart_body, kMbartHeads),
    like_bart("marian", "MarianMT: translation between two languages", bart::marian_config_keys, bart::make_marian_body,
              kMarianHeads, kMarianTables),
};

}  // namespace

std::span<const Family> seq2seq_families() { return kSeq2SeqFamilies; }

}  // namespace hone::model
