#include "model/decoder_families.h"

#include <array>

#include "model/causal_lm.h"
#include "model/decoder_config.h"
#include "model/gemma.h"
#include "model/gpt2.h"
#include "model/gpt_neox.h"
#include "model/llama.h"
#include "model/olmo2.h"
#include "model/phi3.h"
#include "model/qwen.h"
#include "model/smollm3.h"

namespace hone::model {

namespace {

constexpr std::array<std::string_view, 1> kScore{"score."}, kTokenClassifier{"classifier."}, kUntiedHead{"lm_head."},
    kEmbedOut{"embed_out."};

std::unique_ptr<Head> make_sequence_head(const HeadParts& parts, const ModelConfig&) { return last_token_head(parts); }
std::unique_ptr<Head> make_token_head(const HeadParts& parts, const ModelConfig& config) {
  return token_head(parts, config.optional_number(kTokenDropout).value_or(0.1), "score");
}

constexpr std::array kLlamaHeads{
    HeadRow{"sequence", "LlamaForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"token", "LlamaForTokenClassification", false, kScore, make_token_head},
    HeadRow{"causal-lm", "LlamaForCausalLM", false, kUntiedHead, make_untied_causal_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "LlamaModel", false, {}, nullptr},
};
constexpr std::array kMistralHeads{
    HeadRow{"sequence", "MistralForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"token", "MistralForTokenClassification", false, kScore, make_token_head},
    HeadRow{"causal-lm", "MistralForCausalLM", false, kUntiedHead, make_untied_causal_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "MistralModel", false, {}, nullptr},
};
constexpr std::array kQwen2Heads{
    HeadRow{"sequence", "Qwen2ForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"token", "Qwen2ForTokenClassification", false, kScore, make_token_head},
    HeadRow{"causal-lm", "Qwen2ForCausalLM", false, kUntiedHead, make_untied_causal_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "Qwen2Model", false, {}, nullptr},
};
constexpr std::array kQwen3Heads{
    HeadRow{"sequence", "Qwen3ForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"token", "Qwen3ForTokenClassification", false, kScore, make_token_head},
    HeadRow{"causal-lm", "Qwen3ForCausalLM", false, kUntiedHead, make_untied_causal_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "Qwen3Model", false, {}, nullptr},
};
constexpr std::array kQwen3MoeHeads{
    HeadRow{"sequence", "Qwen3MoeForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"token", "Qwen3MoeForTokenClassification", false, kScore, make_token_head},
    HeadRow{"causal-lm", "Qwen3MoeForCausalLM", false, kUntiedHead, make_untied_causal_lm_head,
            /*predicts_words=*/true},
    HeadRow{"pooling", "Qwen3MoeModel", false, {}, nullptr},
};
constexpr std::array kPhi3Heads{
    HeadRow{"sequence", "Phi3ForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"token", "Phi3ForTokenClassification", false, kScore, make_token_head},
    HeadRow{"causal-lm", "Phi3ForCausalLM", false, kUntiedHead, make_untied_causal_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "Phi3Model", false, {}, nullptr},
};
constexpr std::array kOlmo2Heads{
    HeadRow{"sequence", "Olmo2ForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"causal-lm", "Olmo2ForCausalLM", false, kUntiedHead, make_untied_causal_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "Olmo2Model", false, {}, nullptr},
};
constexpr std::array kSmolLm3Heads{
    HeadRow{"sequence", "SmolLM3ForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"token", "SmolLM3ForTokenClassification", false, kScore, make_token_head},
    HeadRow{"causal-lm", "SmolLM3ForCausalLM", false, kUntiedHead, make_tied_causal_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "SmolLM3Model", false, {}, nullptr},
};
constexpr std::array kGemma2Heads{
    HeadRow{"sequence", "Gemma2ForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"token", "Gemma2ForTokenClassification", false, kScore, make_token_head},
    HeadRow{"causal-lm", "Gemma2ForCausalLM", false, kUntiedHead, gemma::make_gemma2_causal_lm_head,
            /*predicts_words=*/true},
    HeadRow{"pooling", "Gemma2Model", false, {}, nullptr},
};
constexpr std::array kGemma3Heads{
    HeadRow{"sequence", "Gemma3TextForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"causal-lm", "Gemma3ForCausalLM", false, kUntiedHead, gemma::make_gemma3_causal_lm_head,
            /*predicts_words=*/true},
    HeadRow{"pooling", "Gemma3TextModel", false, {}, nullptr},
};
constexpr std::array kGpt2Heads{
    HeadRow{"sequence", "GPT2ForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"token", "GPT2ForTokenClassification", false, kTokenClassifier, gpt2::make_token_head},
    HeadRow{"causal-lm", "GPT2LMHeadModel", false, kUntiedHead, make_tied_causal_lm_head, /*predicts_words=*/true},
    HeadRow{"pooling", "GPT2Model", false, {}, nullptr},
};
constexpr std::array kGptNeoxHeads{
    HeadRow{"sequence", "GPTNeoXForSequenceClassification", false, kScore, make_sequence_head},
    HeadRow{"token", "GPTNeoXForTokenClassification", false, kTokenClassifier, gpt_neox::make_token_head},
    HeadRow{"causal-lm", "GPTNeoXForCausalLM", false, kEmbedOut, gpt_neox::make_causal_lm_head,
            /*predicts_words=*/true},
    HeadRow{"pooling", "GPTNeoXModel", false, {}, nullptr},
};

// Tables that old checkpoints store beside the weights.
constexpr std::array<std::string_view, 1> kFrequencies{"rotary_emb.inv_freq"};
constexpr std::array<std::string_view, 2> kGpt2Tables{".attn.bias", ".attn.masked_bias"};
constexpr std::array<std::string_view, 3> kGptNeoxTables{".attention.bias", ".attention.masked_bias",
                                                         "rotary_emb.inv_freq"};

// Linears with adapters.
constexpr std::array<std::string_view, 2> kQueryAndValue{"q_proj", "v_proj"};
constexpr std::array<std::string_view, 1> kQkvProj{"qkv_proj"}, kCAttn{"c_attn"}, kQueryKeyValue{"query_key_value"};

constexpr std::array<std::string_view, 3> kConv1d{".c_attn.weight", ".c_proj.weight", ".c_fc.weight"};
constexpr std::array kExperts{StackedExperts{".experts.gate_up_proj", {".gate_proj.weight", ".up_proj.weight"}},
                              StackedExperts{".experts.down_proj", {".down_proj.weight", ""}}};
// transformers' class has another name than its files.
constexpr std::array kNameInClass{OldPart{"lm_head.", "embed_out."}};

// A row for the names of Llama's checkpoints.
constexpr Family like_llama(std::string_view name, std::string_view doc, std::span<const ConfigKey> (*config_keys)(),
                            std::shared_ptr<Body> (*make_body)(const ModelConfig&, nn::DropoutSites&, bool),
                            std::span<const HeadRow> heads,
                            std::span<const std::string_view> lora_targets = kQueryAndValue) {
  return {.name = name,
          .doc = doc,
          .body = "model",
          .word_embeddings = "model.embed_tokens",
          .config_keys = config_keys,
          .make_body = make_body,
          .heads = heads,
          .lora_targets = lora_targets,
          .not_weights = kFrequencies};
}

constexpr Family with_experts(Family family) {
  family.stacked = kExperts;
  return family;
}

constexpr std::array kDecoders{
    like_llama("llama", "Llama 1 to 3.2, SmolLM2, TinyLlama", llama::config_keys, llama::make_body, kLlamaHeads),
    like_llama("mistral", "Mistral: Llama with windows", llama::mistral_config_keys, llama::make_mistral_body,
               kMistralHeads),
    like_llama("qwen2", "Qwen2 and Qwen2.5", qwen::qwen2_config_keys, qwen::make_qwen2_body, kQwen2Heads),
    like_llama("qwen3", "Qwen3: norms of queries and keys", qwen::qwen3_config_keys, qwen::make_qwen3_body,
               kQwen3Heads),
    like_llama("olmo2", "OLMo 2: norms behind attention and feed-forward block", olmo2::config_keys, olmo2::make_body,
               kOlmo2Heads),
    like_llama("smollm3", "SmolLM3: every fourth layer has no positions", smollm3::config_keys, smollm3::make_body,
               kSmolLm3Heads),
    like_llama("gemma2", "Gemma 2: soft caps, alternating windows", gemma::gemma2_config_keys, gemma::make_gemma2_body,
               kGemma2Heads),
    like_llama("gemma3_text", "Gemma 3, its text part", gemma::gemma3_config_keys, gemma::make_gemma3_body,
               kGemma3Heads),
    with_experts(like_llama("qwen3_moe", "Qwen3 with experts", qwen::qwen3_moe_config_keys, qwen::make_qwen3_moe_body,
                            kQwen3MoeHeads)),
    like_llama("phi3", "Phi-3 and Phi-4-mini", phi3::config_keys, phi3::make_body, kPhi3Heads, kQkvProj),
    Family{.name = "gpt2",
           .doc = "GPT-2",
           .body = "transformer",
           .word_embeddings = "transformer.wte",
           .config_keys = gpt2::config_keys,
           .make_body = gpt2::make_body,
           .heads = kGpt2Heads,
           .lora_targets = kCAttn,
           .not_weights = kGpt2Tables,
           .transposed = kConv1d},
    Family{.name = "gpt_neox",
           .doc = "GPT-NeoX and Pythia",
           .body = "gpt_neox",
           .word_embeddings = "gpt_neox.embed_in",
           .config_keys = gpt_neox::config_keys,
           .make_body = gpt_neox::make_body,
           .heads = kGptNeoxHeads,
           .lora_targets = kQueryKeyValue,
           .not_weights = kGptNeoxTables,
           .old_parts = kNameInClass},
};

}  // namespace

std::span<const Family> decoder_families() { return kDecoders; }

}  // namespace hone::model
