// The parts as transformers 5.23 builds them.
#include "text/tokenizer_classes.h"

#include <algorithm>

#include "base/log.h"
#include "text/json_fields.h"
#include "text/post_processors.h"
#include "text/sentence_piece_classes.h"
#include "text/sentence_piece_vocabulary.h"
#include "text/split_pattern.h"

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

constexpr std::string_view kBertModels[] = {"bert",     "distilbert",  "electra",       "convbert", "ernie",
                                            "layoutlm", "mobilebert",  "megatron-bert", "nezha",    "nomic_bert",
                                            "qdqbert",  "squeezebert", "visual_bert"};
constexpr std::string_view kGpt2Models[] = {"gpt2", "codegen", "gpt_neo", "gptj", "opt", "phi", "starcoder2"};
constexpr std::string_view kQwen2Models[] = {"qwen2",     "qwen2_5_vl", "qwen2_moe", "qwen2_vl",    "qwen3",
                                             "qwen3_moe", "qwen3_next", "qwen3_vl",  "qwen3_vl_moe"};
constexpr std::string_view kRobertaModels[] = {"roberta", "bart",       "data2vec-text", "ibert",
                                               "lilt",    "longformer", "mra",           "roberta-prelayernorm"};

constexpr std::string_view kT5Models[] = {"t5", "mt5", "musicgen", "musicgen_melody", "switch_transformers"};
constexpr std::string_view kAlbertModels[] = {"albert", "yoso"};
constexpr std::string_view kXlmRobertaModels[] = {"xlm-roberta",        "xmod",       "gte",
                                                  "jina_embeddings_v3", "metaclip_2", "trocr"};
constexpr std::string_view kCamembertModels[] = {"camembert"};
constexpr std::string_view kDebertaV2Models[] = {"deberta-v2"};
constexpr std::string_view kLlamaModels[] = {"idefics", "idefics2"};
constexpr std::string_view kMbartModels[] = {"mbart"};

// The models that transformers maps to TokenizersBackend (models/auto/tokenization_auto.py).
constexpr std::string_view kModelsWithoutClass[] = {"EvollaModel",
                                                    "arctic",
                                                    "aria",
                                                    "beam",
                                                    "bigbird_pegasus",
                                                    "camembertv2-base",
                                                    "canary",
                                                    "chatlm",
                                                    "cohere_asr",
                                                    "ernie4_5",
                                                    "ernie4_5_moe",
                                                    "flex_olmo",
                                                    "fuyu",
                                                    "glm",
                                                    "glm4",
                                                    "glm4_moe",
                                                    "glm4_moe_lite",
                                                    "glm4v",
                                                    "glm4v_moe",
                                                    "glm_image",
                                                    "glmasr",
                                                    "got_ocr2",
                                                    "gpt_bigcode",
                                                    "gradium_phonon_tts",
                                                    "granite",
                                                    "granitemoe",
                                                    "granitemoehybrid",
                                                    "granitemoeshared",
                                                    "h2ovl_chat",
                                                    "hyperclovax",
                                                    "hyperclovax_vlm",
                                                    "internlm2",
                                                    "internlm3",
                                                    "iquestcoder",
                                                    "jamba",
                                                    "kimi_k25",
                                                    "kimi_linear",
                                                    "kosmos-2",
                                                    "llava",
                                                    "llava_next",
                                                    "mimo_v2_flash",
                                                    "minicpm3",
                                                    "minicpm_ocr",
                                                    "minicpmv",
                                                    "minicpmv4_6",
                                                    "minicpmv4_7",
                                                    "minimax_m2",
                                                    "ministral",
                                                    "ministral3",
                                                    "mistral",
                                                    "mistral3",
                                                    "mistral_large4",
                                                    "mixtral",
                                                    "modernbert",
                                                    "modernbert-decoder",
                                                    "molmo",
                                                    "molmo2",
                                                    "nemo_speechlm",
                                                    "nemotron",
                                                    "nvfp4",
                                                    "nystromformer",
                                                    "olmo2",
                                                    "olmo3",
                                                    "olmo_hybrid",
                                                    "opencua",
                                                    "openvla",
                                                    "paddleocr_vl",
                                                    "pegasus_x",
                                                    "persimmon",
                                                    "phi3",
                                                    "phi3_v",
                                                    "phimoe",
                                                    "pix2struct",
                                                    "pixtral",
                                                    "pocket_tts",
                                                    "smolvlm",
                                                    "stablelm",
                                                    "step3_vl",
                                                    "umt5",
                                                    "vipllava",
                                                    "voxtral",
                                                    "voxtral_realtime",
                                                    "xlm-roberta-xl"};

// Sets the parts of BertTokenizer, whatever tokenizer.json contains.
void use_bert_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  Json strip_accents = nullptr;
  if (config.contains("strip_accents")) strip_accents = config["strip_accents"];
  const Json normalizer = {{"type", "BertNormalizer"},
                           {"clean_text", true},
                           {"handle_chinese_chars", bool_field(config, "tokenize_chinese_chars", true, source)},
                           {"strip_accents", strip_accents},
                           {"lowercase", bool_field(config, "do_lower_case", true, source)}};
  if (!spec.normalizer.is_null() && spec.normalizer != normalizer) {
    log_warning(
        "{}: its normalizer {} contradicts tokenizer_config.json, {}; hone uses the latter, as transformers does",
        spec.source, spec.normalizer.dump(), normalizer.dump());
  }
  spec.normalizer = normalizer;
  spec.pre_tokenizer = {{"type", "BertPreTokenizer"}};
  spec.decoder = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
  spec.model = {{"type", "WordPiece"},
                {"unk_token", spec.special_tokens["unk_token"]},
                {"continuing_subword_prefix", "##"},
                {"max_input_chars_per_word", 100}};
}

void add_bert_settings(const TokenizerSpec& spec, Json& config) {
  config["do_lower_case"] = spec.normalizer["lowercase"];
  config["strip_accents"] = spec.normalizer["strip_accents"];
  config["tokenize_chinese_chars"] = spec.normalizer["handle_chinese_chars"];
}

// The ids of missing special tokens are 2 and 3, as in transformers.
Json bert_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  const auto content_of = [&](const char* name) {
    const auto named = spec.special_tokens.find(name);
    return named == spec.special_tokens.end() ? std::string("None") : named->second;
  };
  const auto id_of = [&](const char* name, int32_t fallback) {
    return spec.special_tokens.contains(name) ? find_id(content_of(name)).value_or(fallback) : fallback;
  };
  return bert_template(content_of("cls_token"), id_of("cls_token", 2), content_of("sep_token"), id_of("sep_token", 3));
}

Json byte_level_part(bool adds_space, bool uses_regex) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", adds_space}, {"trim_offsets", true}, {"use_regex", uses_regex}};
}

void use_gpt2_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  spec.normalizer = nullptr;
  spec.pre_tokenizer = byte_level_part(bool_field(config, "add_prefix_space", false, source), true);
  spec.decoder = byte_level_part(true, true);
  spec.model = {{"type", "BPE"},
                {"dropout", nullptr},
                {"unk_token", nullptr},
                {"continuing_subword_prefix", ""},
                {"end_of_word_suffix", ""},
                {"fuse_unk", false},
                {"byte_fallback", false},
                {"ignore_merges", false}};
  if (spec.has_tokenizer_json) return;
  spec.adds_bos = bool_field(config, "add_bos_token", false, source);
  spec.adds_eos = bool_field(config, "add_eos_token", false, source);
}

void use_roberta_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  use_gpt2_parts(config, source, spec);
  spec.post_processor = {{"type", "RobertaProcessing"},
                         {"sep", nullptr},
                         {"cls", nullptr},
                         {"trim_offsets", bool_field(config, "trim_offsets", true, source)},
                         {"add_prefix_space", spec.pre_tokenizer["add_prefix_space"]}};
}

void use_qwen2_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  use_gpt2_parts(config, source, spec);
  const Json words = {{"type", "Split"},
                      {"pattern", {{"Regex", std::string(qwen2_pattern().regex)}}},
                      {"behavior", "Isolated"},
                      {"invert", false}};
  const Json bytes = byte_level_part(bool_field(config, "add_prefix_space", false, source), false);
  spec.normalizer = {{"type", "NFC"}};
  spec.pre_tokenizer = {{"type", "Sequence"}, {"pretokenizers", Json::array({words, bytes})}};
}

// The class reads add_bos_token and add_eos_token only if there is no tokenizer.json, so these are not written.
void add_gpt2_settings(const TokenizerSpec& spec, Json& config) {
  const Json& parts = spec.pre_tokenizer;
  const Json& bytes = parts.contains("pretokenizers") ? parts["pretokenizers"].back() : parts;
  config["add_prefix_space"] = bytes["add_prefix_space"];
}

void add_roberta_settings(const TokenizerSpec& spec, Json& config) {
  add_gpt2_settings(spec, config);
  config["trim_offsets"] = spec.post_processor["trim_offsets"];
}

// A special token in the TemplateProcessing of GPT-2.
struct TemplateToken {
  std::string content;
  int32_t id;
};

std::optional<TemplateToken> template_token(const TokenizerSpec& spec, const char* name, const FindTokenId& find_id) {
  const auto named = spec.special_tokens.find(name);
  if (named == spec.special_tokens.end()) return std::nullopt;
  const std::optional<int32_t> id = find_id(named->second);
  if (!id) return std::nullopt;
  return TemplateToken{named->second, *id};
}

// [bos] first [eos] [bos] second [eos], if tokenizer_config.json has add_bos_token or add_eos_token.
Json gpt2_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  const auto is_added = [&](bool is_wanted, const char* name) {
    return is_wanted && template_token(spec, name, find_id).has_value();
  };
  const bool has_any = is_added(spec.adds_bos, "bos_token") || is_added(spec.adds_eos, "eos_token");
  return has_any ? bos_eos_template(spec, find_id) : spec.post_processor;
}
Json roberta_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  Json result = spec.post_processor;
  for (const char* name : {"sep", "cls"}) {
    const std::optional<TemplateToken> token = template_token(spec, fmt::format("{}_token", name).c_str(), find_id);
    if (!token) {
      throw Error(ErrorKind::kInput, fmt::format("{}: a {} needs a {}_token", spec.source, spec.tokenizer_class, name),
                  "name one in tokenizer_config.json");
    }
    result[name] = Json::array({token->content, token->id});
  }
  return result;
}

// Copies the settings that a class reads to a tokenizer_config.json.
void add_sentence_piece_settings(const TokenizerSpec& spec, Json& config) {
  const Json source = spec.files.contains("tokenizer_config.json")
                          ? parse_json(spec.files.at("tokenizer_config.json"), "tokenizer_config.json")
                          : Json::object();
  for (const char* key : {"do_lower_case", "keep_accents", "add_prefix_space", "split_by_punct", "legacy", "extra_ids",
                          "src_lang", "unk_id"}) {
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
    {"BartTokenizer",
     "RoBERTa's under another name",
     "vocab.json",
     kRobertaTokens,
     {},
     false,
     use_roberta_parts,
     add_roberta_settings,
     roberta_post_processor},
    {"BertTokenizer", "BERT's words, WordPiece", "vocab.txt", kBertTokens, kBertModels, false, use_bert_parts,
     add_bert_settings, bert_post_processor},
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
    {.name = "DebertaV2Tokenizer",
     .doc = "Unigram of SentencePiece without its charsmap, [CLS] and [SEP] around the texts",
     .vocabulary_file = "spm.model",
     .special_tokens = kDebertaV2Tokens,
     .model_types = kDebertaV2Models,
     .use_parts = use_deberta_v2_parts,
     .add_settings = add_sentence_piece_settings,
     .post_processor = deberta_v2_post_processor,
     .convert = convert_unigram_pieces},
    {"DistilBertTokenizer",
     "BERT's under another name",
     "vocab.txt",
     kBertTokens,
     {},
     false,
     use_bert_parts,
     add_bert_settings,
     bert_post_processor},
    {"GPT2Tokenizer", "byte-level BPE", "vocab.json", kGpt2Tokens, kGpt2Models, false, use_gpt2_parts,
     add_gpt2_settings, gpt2_post_processor},
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
    {"Qwen2Tokenizer", "NFC, words of Qwen 2, byte-level BPE", "vocab.json", kQwen2Tokens, kQwen2Models, true,
     use_qwen2_parts, add_gpt2_settings, gpt2_post_processor},
    {"RobertaTokenizer", "byte-level BPE, <s> and </s> around the texts", "vocab.json", kRobertaTokens, kRobertaModels,
     false, use_roberta_parts, add_roberta_settings, roberta_post_processor},
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
};

}  // namespace

Json bos_eos_template(const TokenizerSpec& spec, const FindTokenId& find_id) {
  const auto bos = spec.adds_bos ? template_token(spec, "bos_token", find_id) : std::nullopt;
  const auto eos = spec.adds_eos ? template_token(spec, "eos_token", find_id) : std::nullopt;
  Json special_tokens = Json::object(), single = Json::array(), pair = Json::array();
  const auto add_special = [&](Json& to, const std::optional<TemplateToken>& token, int type_id) {
    if (!token) return;
    to.push_back(Json{{"SpecialToken", {{"id", token->content}, {"type_id", type_id}}}});
    special_tokens[token->content] = {
        {"id", token->content}, {"ids", Json::array({token->id})}, {"tokens", Json::array({token->content})}};
  };
  const auto add_text = [&](Json& to, const char* id, int type_id) {
    add_special(to, bos, type_id);
    to.push_back(Json{{"Sequence", {{"id", id}, {"type_id", type_id}}}});
    add_special(to, eos, type_id);
  };
  add_text(single, "A", 0);
  add_text(pair, "A", 0);
  add_text(pair, "B", 1);
  return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", special_tokens}};
}

bool has_no_class(std::string_view model_type) {
  return std::ranges::find(kModelsWithoutClass, model_type) != std::end(kModelsWithoutClass);
}

std::span<const TokenizerClassRow> tokenizer_classes() { return kTokenizerClasses; }

const TokenizerClassRow* find_tokenizer_class(std::string_view name) {
  const auto* row = std::find_if(std::begin(kTokenizerClasses), std::end(kTokenizerClasses),
                                 [&](const TokenizerClassRow& r) { return r.name == name; });
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
