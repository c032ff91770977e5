#include "text/word_piece_classes.h"

#include "base/log.h"
#include "text/json_fields.h"
#include "text/template_builder.h"

namespace hone::text {

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
  return cls_sep_template({content_of("cls_token"), id_of("cls_token", 2)},
                          {content_of("sep_token"), id_of("sep_token", 3)});
}

// These classes keep do_lower_case from BertTokenizer, so that they always lower case.
void use_dpr_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  Json known = config;
  known.erase("do_lower_case");
  use_bert_parts(known, source, spec);
}

void use_funnel_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  use_bert_parts(config, source, spec);
  spec.normalizer["clean_text"] = bool_field(config, "clean_text", true, source);
  spec.decoder["prefix"] = string_field(config, "wordpieces_prefix", "##", source);
}

void use_mpnet_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  use_bert_parts(config, source, spec);
  spec.post_processor = {{"type", "RobertaProcessing"},
                         {"sep", nullptr},
                         {"cls", nullptr},
                         {"trim_offsets", true},
                         {"add_prefix_space", false}};
}

Json funnel_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  return cls_sep_template(named_id(spec, "cls_token", find_id), named_id(spec, "sep_token", find_id),
                          /*cls_type_id=*/2);
}

}  // namespace hone::text
