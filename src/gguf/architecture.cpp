// The table of architectures. The names in files are those of gguf-py (constants.py), the changes those of
// llama.cpp's convert_hf_to_gguf.py; tests/fixtures/make_gguf_fixtures.py checks each row with transformers.
#include <nlohmann/json.hpp>

#include <array>

#include "base/names.h"
#include "gguf/architecture.h"
#include "gguf/positions.h"

namespace hone::gguf {

namespace {

constexpr TensorRow kWords{"token_embd", "model.embed_tokens", "VC"}, kNorm{"output_norm", "model.norm", "C"},
    kHead{"output", "lm_head", "VC"}, kAttentionNorm{"blk.#.attn_norm", "model.layers.#.input_layernorm", "C"},
    kInnerNorm{"blk.#.ffn_norm", "model.layers.#.post_attention_layernorm", "C"},
    kGate{"blk.#.ffn_gate", "model.layers.#.mlp.gate_proj", "FC"},
    kUp{"blk.#.ffn_up", "model.layers.#.mlp.up_proj", "FC"},
    kDown{"blk.#.ffn_down", "model.layers.#.mlp.down_proj", "CF"};

constexpr TensorRow biased_inner(TensorRow row) {
  row.bias = Bias::kWithInner;
  return row;
}

constexpr TensorRow query(Change change, Bias bias) {
  return {"blk.#.attn_q", "model.layers.#.self_attn.q_proj", "QC", change, bias};
}
constexpr TensorRow key(Change change, Bias bias) {
  return {"blk.#.attn_k", "model.layers.#.self_attn.k_proj", "KC", change, bias};
}
constexpr TensorRow value(Bias bias) {
  return {"blk.#.attn_v", "model.layers.#.self_attn.v_proj", "KC", Change::kNone, bias};
}
constexpr TensorRow attention_output(Bias bias) {
  return {"blk.#.attn_output", "model.layers.#.self_attn.o_proj", "CQ", Change::kNone, bias};
}
constexpr TensorRow query_norm(std::string_view shape, Change change = Change::kNone) {
  return {"blk.#.attn_q_norm", "model.layers.#.self_attn.q_norm", shape, change};
}
constexpr TensorRow key_norm(std::string_view shape, Change change = Change::kNone) {
  return {"blk.#.attn_k_norm", "model.layers.#.self_attn.k_norm", shape, change};
}

constexpr TensorRow kLlamaTensors[] = {kWords,
                                       kNorm,
                                       kHead,
                                       kAttentionNorm,
                                       query(Change::kQueryRows, Bias::kWithAttention),
                                       key(Change::kKeyRows, Bias::kWithAttention),
                                       value(Bias::kWithAttention),
                                       attention_output(Bias::kWithAttention),
                                       kInnerNorm,
                                       biased_inner(kGate),
                                       biased_inner(kUp),
                                       biased_inner(kDown)};
constexpr TensorRow kQwen2Tensors[] = {kWords,
                                       kNorm,
                                       kHead,
                                       kAttentionNorm,
                                       query(Change::kNone, Bias::kAlways),
                                       key(Change::kNone, Bias::kAlways),
                                       value(Bias::kAlways),
                                       attention_output(Bias::kNever),
                                       kInnerNorm,
                                       kGate,
                                       kUp,
                                       kDown};
constexpr TensorRow kQwen3Tensors[] = {kWords,
                                       kNorm,
                                       kHead,
                                       kAttentionNorm,
                                       query(Change::kNone, Bias::kWithAttention),
                                       key(Change::kNone, Bias::kWithAttention),
                                       value(Bias::kWithAttention),
                                       attention_output(Bias::kWithAttention),
                                       query_norm("D"),
                                       key_norm("D"),
                                       kInnerNorm,
                                       kGate,
                                       kUp,
                                       kDown};
constexpr TensorRow kQwen3MoeTensors[] = {
    kWords,
    kNorm,
    kHead,
    kAttentionNorm,
    query(Change::kNone, Bias::kWithAttention),
    key(Change::kNone, Bias::kWithAttention),
    value(Bias::kWithAttention),
    attention_output(Bias::kWithAttention),
    query_norm("D"),
    key_norm("D"),
    kInnerNorm,
    {"blk.#.ffn_gate_inp", "model.layers.#.mlp.gate", "EC"},
    {"blk.#.ffn_gate_exps", "model.layers.#.mlp.experts.@.gate_proj", "EMC", Change::kExperts},
    {"blk.#.ffn_up_exps", "model.layers.#.mlp.experts.@.up_proj", "EMC", Change::kExperts},
    {"blk.#.ffn_down_exps", "model.layers.#.mlp.experts.@.down_proj", "ECM", Change::kExperts}};
constexpr TensorRow kOlmo2Tensors[] = {kWords,
                                       kNorm,
                                       kHead,
                                       query(Change::kNone, Bias::kWithAttention),
                                       key(Change::kNone, Bias::kWithAttention),
                                       value(Bias::kWithAttention),
                                       attention_output(Bias::kWithAttention),
                                       query_norm("Q"),
                                       key_norm("K"),
                                       {"blk.#.post_attention_norm", "model.layers.#.post_attention_layernorm", "C"},
                                       {"blk.#.post_ffw_norm", "model.layers.#.post_feedforward_layernorm", "C"},
                                       kGate,
                                       kUp,
                                       kDown};
constexpr TensorRow kPhi3Tensors[] = {kWords,
                                      kNorm,
                                      kHead,
                                      kAttentionNorm,
                                      {"blk.#.attn_qkv", "model.layers.#.self_attn.qkv_proj", "AC"},
                                      attention_output(Bias::kNever),
                                      kInnerNorm,
                                      {"blk.#.ffn_up", "model.layers.#.mlp.gate_up_proj", "GC"},
                                      {"blk.#.ffn_down", "model.layers.#.mlp.down_proj", "CF"}};

constexpr TensorRow gemma_norm(std::string_view name, std::string_view hf_name) {
  return {name, hf_name, "C", Change::kPlusOne};
}
constexpr TensorRow kGemma2Tensors[] = {
    kWords,
    gemma_norm("output_norm", "model.norm"),
    kHead,
    gemma_norm("blk.#.attn_norm", "model.layers.#.input_layernorm"),
    query(Change::kNone, Bias::kWithAttention),
    key(Change::kNone, Bias::kWithAttention),
    value(Bias::kWithAttention),
    attention_output(Bias::kWithAttention),
    gemma_norm("blk.#.post_attention_norm", "model.layers.#.post_attention_layernorm"),
    gemma_norm("blk.#.ffn_norm", "model.layers.#.pre_feedforward_layernorm"),
    gemma_norm("blk.#.post_ffw_norm", "model.layers.#.post_feedforward_layernorm"),
    kGate,
    kUp,
    kDown};
constexpr TensorRow kGemma3Tensors[] = {
    kWords,
    gemma_norm("output_norm", "model.norm"),
    kHead,
    gemma_norm("blk.#.attn_norm", "model.layers.#.input_layernorm"),
    query(Change::kNone, Bias::kWithAttention),
    key(Change::kNone, Bias::kWithAttention),
    value(Bias::kWithAttention),
    attention_output(Bias::kWithAttention),
    query_norm("D", Change::kPlusOne),
    key_norm("D", Change::kPlusOne),
    gemma_norm("blk.#.post_attention_norm", "model.layers.#.post_attention_layernorm"),
    gemma_norm("blk.#.ffn_norm", "model.layers.#.pre_feedforward_layernorm"),
    gemma_norm("blk.#.post_ffw_norm", "model.layers.#.post_feedforward_layernorm"),
    kGate,
    kUp,
    kDown};

constexpr TensorRow gpt2_linear(std::string_view name, std::string_view hf_name, std::string_view shape) {
  return {name, hf_name, shape, Change::kTransposed, Bias::kAlways};
}
constexpr TensorRow kGpt2Tensors[] = {{"token_embd", "transformer.wte", "VC"},
                                      {"position_embd", "transformer.wpe", "PC"},
                                      {"output_norm", "transformer.ln_f", "C", Change::kNone, Bias::kAlways},
                                      kHead,
                                      {"blk.#.attn_norm", "transformer.h.#.ln_1", "C", Change::kNone, Bias::kAlways},
                                      gpt2_linear("blk.#.attn_qkv", "transformer.h.#.attn.c_attn", "TC"),
                                      gpt2_linear("blk.#.attn_output", "transformer.h.#.attn.c_proj", "CC"),
                                      {"blk.#.ffn_norm", "transformer.h.#.ln_2", "C", Change::kNone, Bias::kAlways},
                                      gpt2_linear("blk.#.ffn_up", "transformer.h.#.mlp.c_fc", "FC"),
                                      gpt2_linear("blk.#.ffn_down", "transformer.h.#.mlp.c_proj", "CF")};

constexpr SizeKey kSizes[] = {{"vocab_size", &Sizes::vocabulary},
                              {"hidden_size", &Sizes::width},
                              {"num_hidden_layers", &Sizes::layers},
                              {"num_attention_heads", &Sizes::heads},
                              {"num_key_value_heads", &Sizes::kv_heads},
                              {"intermediate_size", &Sizes::inner},
                              {"max_position_embeddings", &Sizes::positions}};
constexpr SizeKey kSizesWithHead[] = {kSizes[0], kSizes[1], kSizes[2], kSizes[3],
                                      kSizes[4], kSizes[5], kSizes[6], {"head_dim", &Sizes::head_width}};
constexpr SizeKey kSizesWithExperts[] = {kSizes[0],
                                         kSizes[1],
                                         kSizes[2],
                                         kSizes[3],
                                         kSizes[4],
                                         kSizes[5],
                                         kSizes[6],
                                         {"head_dim", &Sizes::head_width},
                                         {"num_experts", &Sizes::experts},
                                         {"num_experts_per_tok", &Sizes::experts_per_token},
                                         {"moe_intermediate_size", &Sizes::expert_inner}};
constexpr SizeKey kGpt2Sizes[] = {{"vocab_size", &Sizes::vocabulary}, {"n_embd", &Sizes::width},
                                  {"n_layer", &Sizes::layers},        {"n_head", &Sizes::heads},
                                  {"n_inner", &Sizes::inner},         {"n_positions", &Sizes::positions}};

constexpr NumberKey kRmsNumbers[] = {{"rms_norm_eps", "attention.layer_norm_rms_epsilon"}};
constexpr NumberKey kGemmaNumbers[] = {kRmsNumbers[0],
                                       {"attn_logit_softcapping", "attn_logit_softcapping", false},
                                       {"final_logit_softcapping", "final_logit_softcapping", false},
                                       {"sliding_window", "attention.sliding_window"}};
constexpr NumberKey kPhi3Numbers[] = {kRmsNumbers[0], {"sliding_window", "attention.sliding_window", false}};
constexpr NumberKey kGpt2Numbers[] = {{"layer_norm_epsilon", "attention.layer_norm_epsilon"}};

constexpr std::string_view kSilu = R"({"attention_dropout": 0.0, "hidden_act": "silu", "initializer_range": 0.02})";

constexpr Architecture kArchitectures[] = {
    {"llama", "llama", "LlamaForCausalLM", kLlamaTensors, kSizesWithHead, kRmsNumbers, kSilu, add_positions},
    {"qwen2", "qwen2", "Qwen2ForCausalLM", kQwen2Tensors, kSizes, kRmsNumbers,
     R"({"attention_dropout": 0.0, "hidden_act": "silu", "initializer_range": 0.02, "use_sliding_window": false})",
     add_positions},
    {"qwen3", "qwen3", "Qwen3ForCausalLM", kQwen3Tensors, kSizesWithHead, kRmsNumbers,
     R"({"attention_dropout": 0.0, "hidden_act": "silu", "initializer_range": 0.02, "use_sliding_window": false})",
     add_positions},
    {"qwen3moe", "qwen3_moe", "Qwen3MoeForCausalLM", kQwen3MoeTensors, kSizesWithExperts, kRmsNumbers,
     R"({"attention_dropout": 0.0, "decoder_sparse_step": 1, "hidden_act": "silu", "initializer_range": 0.02,
         "mlp_only_layers": [], "norm_topk_prob": true, "use_sliding_window": false})",
     add_positions},
    {"smollm3", "smollm3", "SmolLM3ForCausalLM", kLlamaTensors, kSizes, kRmsNumbers,
     R"({"attention_dropout": 0.0, "hidden_act": "silu", "initializer_range": 0.02, "no_rope_layer_interval": 4,
         "use_sliding_window": false})",
     add_positions},
    {"olmo2", "olmo2", "Olmo2ForCausalLM", kOlmo2Tensors, kSizes, kRmsNumbers, kSilu, add_positions},
    {"phi3", "phi3", "Phi3ForCausalLM", kPhi3Tensors, kSizes, kPhi3Numbers,
     R"({"attention_dropout": 0.0, "embd_pdrop": 0.0, "hidden_act": "silu", "initializer_range": 0.02,
         "resid_pdrop": 0.0})",
     add_phi3_keys},
    {"gemma2", "gemma2", "Gemma2ForCausalLM", kGemma2Tensors, kSizesWithHead, kGemmaNumbers,
     R"({"attention_dropout": 0.0, "hidden_activation": "gelu_pytorch_tanh", "initializer_range": 0.02})",
     add_gemma2_keys},
    {"gemma3", "gemma3_text", "Gemma3ForCausalLM", kGemma3Tensors, kSizesWithHead, kGemmaNumbers,
     R"({"attention_dropout": 0.0, "hidden_activation": "gelu_pytorch_tanh", "initializer_range": 0.02})",
     add_gemma3_keys},
    {"gpt2", "gpt2", "GPT2LMHeadModel", kGpt2Tensors, kGpt2Sizes, kGpt2Numbers,
     R"({"activation_function": "gelu_new", "attn_pdrop": 0.1, "embd_pdrop": 0.1, "initializer_range": 0.02,
         "resid_pdrop": 0.1})"},
};

}  // namespace

std::span<const Architecture> architectures() { return kArchitectures; }

const Architecture& architecture_of(const File& file) {
  const std::optional<std::string> name = file.metadata().text("general.architecture");
  if (!name) file.metadata().throw_missing("general.architecture");
  return find_row(kArchitectures, fmt::format("architecture (in {})", file.source()), *name, ErrorKind::kUnsupported);
}

}  // namespace hone::gguf
