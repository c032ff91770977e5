// The parts as transformers 5.23 builds them.
#include "text/tokenizer_classes.h"

#include <algorithm>

#include "text/byte_level_classes.h"
#include "text/sentence_piece_classes.h"
#include "text/sentence_piece_vocabulary.h"
#include "text/template_builder.h"
#include "text/word_piece_classes.h"

namespace hone::text {

namespace {

using SpecialToken = std::pair<std::string_view, std::string_view>;

constexpr SpecialToken kBertTokens[] = {{"unk_token", "[UNK]"},
                                        {"sep_token", "[SEP]"},
                                        {"pad_token", "[PAD]"},
                                        {"cls_token", "[CLS]"},
                                        {"mask_token", "[MASK]"}};
constexpr SpecialToken kGpt2Tokens[] = {
    {"bos_token", "<|endoftext|>"}, {"eos_token", "<|endoftext|>"}, {"unk_token", "<|endoftext|>"}};
constexpr SpecialToken kQwen2Tokens[] = {
    {"eos_token", "<|endoftext|>"}, {"unk_token", "<|endoftext|>"}, {"pad_token", "<|endoftext|>"}};
constexpr SpecialToken kRobertaTokens[] = {{"bos_token", "<s>"},    {"eos_token", "</s>"},  {"unk_token", "<unk>"},
                                           {"sep_token", "</s>"},   {"pad_token", "<pad>"}, {"cls_token", "<s>"},
                                           {"mask_token", "<mask>"}};

constexpr SpecialToken kT5Tokens[] = {{"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"}};
constexpr SpecialToken kAlbertTokens[] = {{"bos_token", "[CLS]"},  {"eos_token", "[SEP]"}, {"unk_token", "<unk>"},
                                          {"sep_token", "[SEP]"},  {"pad_token", "<pad>"}, {"cls_token", "[CLS]"},
                                          {"mask_token", "[MASK]"}};
constexpr SpecialToken kDebertaV2Tokens[] = {{"bos_token", "[CLS]"},  {"eos_token", "[SEP]"}, {"unk_token", "[UNK]"},
                                             {"sep_token", "[SEP]"},  {"pad_token", "[PAD]"}, {"cls_token", "[CLS]"},
                                             {"mask_token", "[MASK]"}};
constexpr SpecialToken kLlamaTokens[] = {{"bos_token", "<s>"}, {"eos_token", "</s>"}, {"unk_token", "<unk>"}};

constexpr SpecialToken kFunnelTokens[] = {{"bos_token", "<s>"},    {"eos_token", "</s>"},  {"unk_token", "<unk>"},
                                          {"sep_token", "<sep>"},  {"pad_token", "<pad>"}, {"cls_token", "<cls>"},
                                          {"mask_token", "<mask>"}};
constexpr SpecialToken kMpnetTokens[] = {{"bos_token", "<s>"},    {"eos_token", "</s>"},  {"unk_token", "[UNK]"},
                                         {"sep_token", "</s>"},   {"pad_token", "<pad>"}, {"cls_token", "<s>"},
                                         {"mask_token", "<mask>"}};
constexpr SpecialToken kGptNeoxTokens[] = {{"bos_token", "<|endoftext|>"},
                                           {"eos_token", "<|endoftext|>"},
                                           {"unk_token", "<|endoftext|>"},
                                           {"pad_token", "<|padding|>"}};
constexpr SpecialToken kClipTokens[] = {{"bos_token", "<|startoftext|>"},
                                        {"eos_token", "<|endoftext|>"},
                                        {"unk_token", "<|endoftext|>"},
                                        {"pad_token", "<|endoftext|>"}};
constexpr SpecialToken kOpenaiGptTokens[] = {{"unk_token", "<unk>"}};
constexpr SpecialToken kHerbertTokens[] = {{"unk_token", "<unk>"},
                                           {"sep_token", "</s>"},
                                           {"pad_token", "<pad>"},
                                           {"cls_token", "<s>"},
                                           {"mask_token", "<mask>"}};
constexpr SpecialToken kXlnetTokens[] = {{"bos_token", "<s>"},    {"eos_token", "</s>"},  {"unk_token", "<unk>"},
                                         {"sep_token", "<sep>"},  {"pad_token", "<pad>"}, {"cls_token", "<cls>"},
                                         {"mask_token", "<mask>"}};
constexpr SpecialToken kBigBirdTokens[] = {{"bos_token", "<s>"},    {"eos_token", "</s>"},  {"unk_token", "<unk>"},
                                           {"sep_token", "[SEP]"},  {"pad_token", "<pad>"}, {"cls_token", "[CLS]"},
                                           {"mask_token", "[MASK]"}};
constexpr SpecialToken kPegasusTokens[] = {
    {"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"}, {"mask_token", "<mask_2>"}};
constexpr SpecialToken kGemmaTokens[] = {{"bos_token", "<bos>"},
                                         {"eos_token", "<eos>"},
                                         {"unk_token", "<unk>"},
                                         {"pad_token", "<pad>"},
                                         {"mask_token", "<mask>"}};

constexpr std::string_view kBertNames[] = {"ConvBertTokenizer",   "DistilBertTokenizer", "ElectraTokenizer",
                                           "LayoutLMTokenizer",   "LxmertTokenizer",     "MobileBertTokenizer",
                                           "SqueezeBertTokenizer"};
constexpr std::string_view kDprNames[] = {"DPRQuestionEncoderTokenizer"};
constexpr std::string_view kRobertaNames[] = {"BartTokenizer", "LEDTokenizer", "LongformerTokenizer", "MvpTokenizer"};

constexpr std::string_view kBertModels[] = {"align",
                                            "bark",
                                            "bert",
                                            "blip",
                                            "bros",
                                            "chinese_clip",
                                            "convbert",
                                            "distilbert",
                                            "electra",
                                            "ernie",
                                            "flava",
                                            "git",
                                            "grounding-dino",
                                            "layoutlm",
                                            "lxmert",
                                            "megatron-bert",
                                            "mm-grounding-dino",
                                            "mobilebert",
                                            "nezha",
                                            "nomic_bert",
                                            "qdqbert",
                                            "realm",
                                            "retribert",
                                            "squeezebert",
                                            "tvp",
                                            "vilt",
                                            "visual_bert"};
constexpr std::string_view kGpt2Models[] = {
    "blip-2",       "codegen",           "dbrx",  "emu3", "gpt2", "gpt_neo",   "gptj", "hyperclovax_vision_v2",
    "instructblip", "instructblipvideo", "jais2", "opt",  "phi",  "starcoder2"};
constexpr std::string_view kQwen2Models[] = {"audioflamingo3", "colqwen2",     "cosmos3_omni",
                                             "dots3_note",     "fun_asr_nano", "hunyuan_vl",
                                             "internvl",       "lighton_ocr",  "moss_transcribe_diarize",
                                             "ovis2",          "qianfan_ocr",  "qwen2",
                                             "qwen2_5_omni",   "qwen2_5_vl",   "qwen2_audio",
                                             "qwen2_moe",      "qwen2_vl",     "qwen3",
                                             "qwen3_asr",      "qwen3_moe",    "qwen3_next",
                                             "qwen3_omni_moe", "qwen3_vl",     "qwen3_vl_moe",
                                             "vibevoice"};
constexpr std::string_view kRobertaModels[] = {"bart",  "bridgetower", "clap",    "data2vec-text",       "florence2",
                                               "ibert", "led",         "lilt",    "longformer",          "mega",
                                               "mra",   "mvp",         "roberta", "roberta-prelayernorm"};

constexpr std::string_view kT5Models[] = {"t5", "mt5", "musicgen", "musicgen_melody", "switch_transformers"};
constexpr std::string_view kAlbertModels[] = {"albert", "yoso"};
constexpr std::string_view kXlmRobertaModels[] = {"xlm-roberta",        "xmod",       "gte",
                                                  "jina_embeddings_v3", "metaclip_2", "trocr"};
constexpr std::string_view kCamembertModels[] = {"camembert"};
constexpr std::string_view kDebertaV2Models[] = {"deberta-v2"};
constexpr std::string_view kLlamaModels[] = {"idefics", "idefics2"};
constexpr std::string_view kMbartModels[] = {"mbart"};

constexpr std::string_view kDprModels[] = {"dpr"};

constexpr std::string_view kFunnelModels[] = {"funnel"};

constexpr std::string_view kMpnetModels[] = {"mpnet"};

constexpr std::string_view kGptNeoxModels[] = {"falcon_mamba", "gpt_neox", "mamba", "mamba2", "mpt",
                                               "olmo",         "olmoe",    "rwkv",  "xlstm"};

constexpr std::string_view kDebertaModels[] = {"deberta"};

constexpr std::string_view kBlenderbotModels[] = {"blenderbot"};

constexpr std::string_view kClipModels[] = {"aimv2", "clip",   "clipseg", "groupvit",   "omdet-turbo", "oneformer",
                                            "owlv2", "owlvit", "sam3",    "sam3_video", "xclip"};

constexpr std::string_view kOpenaiGptModels[] = {"openai-gpt"};

constexpr std::string_view kHerbertModels[] = {"herbert"};

constexpr std::string_view kXlnetModels[] = {"xlnet"};

constexpr std::string_view kBigBirdModels[] = {"big_bird"};

constexpr std::string_view kPegasusModels[] = {"pegasus"};

constexpr std::string_view kCodeLlamaModels[] = {"code_llama"};

constexpr std::string_view kGemmaModels[] = {"diffusion_gemma", "gemma",   "gemma2",       "gemma3",
                                             "gemma3_text",     "gemma3n", "gemma3n_text", "recurrent_gemma",
                                             "shieldgemma2",    "t5gemma", "zaya"};

// Copies the settings that a class reads to a tokenizer_config.json.
void add_sentence_piece_settings(const TokenizerSpec& spec, Json& config) {
  const Json source = spec.files.contains("tokenizer_config.json")
                          ? parse_json(spec.files.at("tokenizer_config.json"), "tokenizer_config.json")
                          : Json::object();
  for (const char* key : {"do_lower_case", "keep_accents", "add_prefix_space", "split_by_punct", "legacy", "extra_ids",
                          "src_lang", "unk_id", "offset", "mask_token_sent", "prefix_token", "middle_token",
                          "suffix_token", "eot_token", "fill_token"}) {
    if (source.contains(key)) config[key] = source[key];
  }
}

constexpr TokenizerClassRow kTokenizerClasses[] = {
    {.name = "AlbertTokenizer",
     .doc = "Unigram of SentencePiece, [CLS] and [SEP] around the texts",
     .vocabulary_file = "spiece.model",
     .special_tokens = kAlbertTokens,
     .model_types = kAlbertModels,
     .use_parts = use_albert_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = albert_post_processor,
     .convert = convert_unigram_pieces},
    {.name = "BertTokenizer",
     .other_names = kBertNames,
     .doc = "BERT's words, WordPiece",
     .vocabulary_file = "vocab.txt",
     .special_tokens = kBertTokens,
     .model_types = kBertModels,
     .use_parts = use_bert_parts,
     .add_settings = add_bert_settings,
     .post_processor = bert_post_processor},
    {.name = "BigBirdTokenizer",
     .doc = "Unigram of SentencePiece without its charsmap, [CLS] and [SEP] around the texts",
     .vocabulary_file = "spiece.model",
     .special_tokens = kBigBirdTokens,
     .model_types = kBigBirdModels,
     .use_parts = use_big_bird_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = deberta_v2_post_processor,
     .convert = convert_unigram_pieces,
     .mask_lstrip = true},
    {.name = "BlenderbotTokenizer",
     .doc = "byte-level BPE with a space before the text",
     .vocabulary_file = "vocab.json",
     .special_tokens = kRobertaTokens,
     .model_types = kBlenderbotModels,
     .use_parts = use_blenderbot_parts,
     .add_settings = add_gpt2_settings,
     .post_processor = llama_post_processor,
     .mask_lstrip = true},
    {.name = "CLIPTokenizer",
     .doc = "lower case, byte-level BPE whose words end with </w>",
     .vocabulary_file = "vocab.json",
     .special_tokens = kClipTokens,
     .model_types = kClipModels,
     .use_parts = use_clip_parts,
     .add_settings = add_no_settings,
     .post_processor = clip_post_processor,
     .word_end = "</w>"},
    {.name = "CamembertTokenizer",
     .doc = "Unigram of SentencePiece with the ids of fairseq",
     .vocabulary_file = "sentencepiece.bpe.model",
     .special_tokens = kRobertaTokens,
     .model_types = kCamembertModels,
     .use_parts = use_camembert_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = xlm_roberta_post_processor,
     .convert = convert_camembert_pieces,
     .extra_tokens = camembert_extra_tokens,
     .mask_lstrip = true},
    {.name = "CodeGenTokenizer",
     .doc = "byte-level BPE",
     .vocabulary_file = "vocab.json",
     .special_tokens = kGpt2Tokens,
     .use_parts = use_codegen_parts,
     .add_settings = add_gpt2_settings,
     .post_processor = gpt2_post_processor},
    {.name = "CodeLlamaTokenizer",
     .doc = "BPE of SentencePiece with tokens of bytes, and tokens for infilling",
     .vocabulary_file = "tokenizer.model",
     .special_tokens = kLlamaTokens,
     .model_types = kCodeLlamaModels,
     .use_parts = use_code_llama_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = bos_eos_template,
     .convert = convert_bpe_pieces,
     .extra_tokens = code_llama_extra_tokens,
     .adds_extra_tokens = true,
     .padding_side = Side::kLeft},
    {.name = "DPRContextEncoderTokenizer",
     .other_names = kDprNames,
     .doc = "BERT's, always in lower case",
     .vocabulary_file = "vocab.txt",
     .special_tokens = kBertTokens,
     .model_types = kDprModels,
     .use_parts = use_dpr_parts,
     .add_settings = add_bert_settings,
     .post_processor = bert_post_processor},
    {.name = "DebertaTokenizer",
     .doc = "byte-level BPE, [CLS] and [SEP] around the texts",
     .vocabulary_file = "vocab.json",
     .special_tokens = kDebertaV2Tokens,
     .model_types = kDebertaModels,
     .use_parts = use_gpt2_parts,
     .add_settings = add_gpt2_settings,
     .post_processor = deberta_post_processor},
    {.name = "DebertaV2Tokenizer",
     .doc = "Unigram of SentencePiece without its charsmap, [CLS] and [SEP] around the texts",
     .vocabulary_file = "spm.model",
     .special_tokens = kDebertaV2Tokens,
     .model_types = kDebertaV2Models,
     .use_parts = use_deberta_v2_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = deberta_v2_post_processor,
     .convert = convert_unigram_pieces},
    {.name = "FunnelTokenizer",
     .doc = "BERT's words, WordPiece, <cls> of the type 2",
     .vocabulary_file = "vocab.txt",
     .special_tokens = kFunnelTokens,
     .model_types = kFunnelModels,
     .use_parts = use_funnel_parts,
     .add_settings = add_bert_settings,
     .post_processor = funnel_post_processor},
    {.name = "GPT2Tokenizer",
     .doc = "byte-level BPE",
     .vocabulary_file = "vocab.json",
     .special_tokens = kGpt2Tokens,
     .model_types = kGpt2Models,
     .use_parts = use_gpt2_parts,
     .add_settings = add_gpt2_settings,
     .post_processor = gpt2_post_processor},
    {.name = "GPTNeoXTokenizer",
     .doc = "NFC, byte-level BPE",
     .vocabulary_file = "vocab.json",
     .special_tokens = kGptNeoxTokens,
     .model_types = kGptNeoxModels,
     .use_parts = use_gpt_neox_parts,
     .add_settings = add_gpt2_settings,
     .post_processor = bos_eos_template},
    {.name = "GemmaTokenizer",
     .doc = "BPE of SentencePiece with tokens of bytes",
     .vocabulary_file = "tokenizer.model",
     .special_tokens = kGemmaTokens,
     .model_types = kGemmaModels,
     .use_parts = use_gemma_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = llama_post_processor,
     .convert = convert_bpe_pieces,
     .padding_side = Side::kLeft},
    {.name = "HerbertTokenizer",
     .doc = "BERT's words, BPE whose words end with </w>",
     .vocabulary_file = "vocab.json",
     .special_tokens = kHerbertTokens,
     .model_types = kHerbertModels,
     .use_parts = use_herbert_parts,
     .add_settings = add_no_settings,
     .post_processor = herbert_post_processor},
    {.name = "LlamaTokenizer",
     .doc = "BPE of SentencePiece with tokens of bytes",
     .vocabulary_file = "tokenizer.model",
     .special_tokens = kLlamaTokens,
     .model_types = kLlamaModels,
     .use_parts = use_llama_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = llama_post_processor,
     .convert = convert_bpe_pieces,
     .padding_side = Side::kLeft},
    {.name = "MBartTokenizer",
     .doc = "Unigram of SentencePiece, </s> and a language behind the texts",
     .vocabulary_file = "sentencepiece.bpe.model",
     .special_tokens = kRobertaTokens,
     .model_types = kMbartModels,
     .use_parts = use_mbart_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = mbart_post_processor,
     .convert = convert_mbart_pieces,
     .extra_tokens = mbart_extra_tokens,
     .mask_lstrip = true},
    {.name = "MPNetTokenizer",
     .doc = "BERT's words, WordPiece, <s> and </s> around the texts",
     .vocabulary_file = "vocab.txt",
     .special_tokens = kMpnetTokens,
     .model_types = kMpnetModels,
     .use_parts = use_mpnet_parts,
     .add_settings = add_bert_settings,
     .post_processor = roberta_post_processor,
     .mask_lstrip = true},
    {.name = "OpenAIGPTTokenizer",
     .doc = "BERT's words, BPE whose words end with </w>",
     .vocabulary_file = "vocab.json",
     .special_tokens = kOpenaiGptTokens,
     .model_types = kOpenaiGptModels,
     .use_parts = use_openai_gpt_parts,
     .add_settings = add_no_settings,
     .post_processor = llama_post_processor},
    {.name = "PegasusTokenizer",
     .doc = "Unigram of SentencePiece behind 105 tokens of its own, </s> behind the texts",
     .vocabulary_file = "spiece.model",
     .special_tokens = kPegasusTokens,
     .model_types = kPegasusModels,
     .use_parts = use_pegasus_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = pegasus_post_processor,
     .convert = convert_pegasus_pieces,
     .extra_tokens = pegasus_extra_tokens,
     .adds_extra_tokens = true},
    {.name = "Qwen2Tokenizer",
     .doc = "NFC, words of Qwen 2, byte-level BPE",
     .vocabulary_file = "vocab.json",
     .special_tokens = kQwen2Tokens,
     .model_types = kQwen2Models,
     .has_plain_special_tokens = true,
     .use_parts = use_qwen2_parts,
     .add_settings = add_gpt2_settings,
     .post_processor = gpt2_post_processor},
    {.name = "RobertaTokenizer",
     .other_names = kRobertaNames,
     .doc = "byte-level BPE, <s> and </s> around the texts",
     .vocabulary_file = "vocab.json",
     .special_tokens = kRobertaTokens,
     .model_types = kRobertaModels,
     .use_parts = use_roberta_parts,
     .add_settings = add_roberta_settings,
     .post_processor = roberta_post_processor},
    {.name = "T5Tokenizer",
     .doc = "Unigram of SentencePiece, sentinels behind it, </s> behind the texts",
     .vocabulary_file = "spiece.model",
     .special_tokens = kT5Tokens,
     .model_types = kT5Models,
     .use_parts = use_t5_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = t5_post_processor,
     .convert = convert_t5_pieces,
     .extra_tokens = t5_extra_tokens},
    {.name = "XLMRobertaTokenizer",
     .doc = "Unigram of SentencePiece with the ids of fairseq",
     .vocabulary_file = "sentencepiece.bpe.model",
     .special_tokens = kRobertaTokens,
     .model_types = kXlmRobertaModels,
     .use_parts = use_xlm_roberta_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = xlm_roberta_post_processor,
     .convert = convert_xlm_roberta_pieces},
    {.name = "XLNetTokenizer",
     .doc = "Unigram of SentencePiece, <sep> and <cls> behind the texts",
     .vocabulary_file = "spiece.model",
     .special_tokens = kXlnetTokens,
     .model_types = kXlnetModels,
     .use_parts = use_xlnet_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = xlnet_post_processor,
     .convert = convert_unigram_pieces,
     .extra_tokens = xlnet_extra_tokens,
     .mask_lstrip = true,
     .padding_side = Side::kLeft},
};

}  // namespace

std::span<const TokenizerClassRow> tokenizer_classes() { return kTokenizerClasses; }

const TokenizerClassRow* find_tokenizer_class(std::string_view name) {
  const auto* row =
      std::find_if(std::begin(kTokenizerClasses), std::end(kTokenizerClasses), [&](const TokenizerClassRow& r) {
        return r.name == name || std::ranges::find(r.other_names, name) != r.other_names.end();
      });
  return row == std::end(kTokenizerClasses) ? nullptr : row;
}

const TokenizerClassRow* find_tokenizer_class_of_model(std::string_view model_type) {
  const auto* row =
      std::find_if(std::begin(kTokenizerClasses), std::end(kTokenizerClasses), [&](const TokenizerClassRow& r) {
        return std::find(r.model_types.begin(), r.model_types.end(), model_type) != r.model_types.end();
      });
  return row == std::end(kTokenizerClasses) ? nullptr : row;
}

}  // namespace hone::text
