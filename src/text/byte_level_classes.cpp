#include "text/byte_level_classes.h"

#include "text/json_fields.h"
#include "text/split_pattern.h"
#include "text/template_builder.h"

namespace hone::text {

namespace {

Json byte_level_part(bool adds_space, bool uses_regex) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", adds_space}, {"trim_offsets", true}, {"use_regex", uses_regex}};
}

Json bpe_model(const Json& unknown_token, const Json& prefix, const Json& suffix) {
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", unknown_token},
          {"continuing_subword_prefix", prefix},
          {"end_of_word_suffix", suffix},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", false}};
}

// BERT's words for BPE with </w> at their ends.
void use_word_end_parts(bool is_lower_case, const Json& strip_accents, TokenizerSpec& spec) {
  spec.normalizer = {{"type", "BertNormalizer"},
                     {"clean_text", true},
                     {"handle_chinese_chars", true},
                     {"strip_accents", strip_accents},
                     {"lowercase", is_lower_case}};
  spec.pre_tokenizer = {{"type", "BertPreTokenizer"}};
  spec.decoder = {{"type", "BPEDecoder"}, {"suffix", "</w>"}};
}

constexpr const char* kClipWords =
    R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";

}  // namespace

void use_gpt2_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  spec.normalizer = nullptr;
  spec.pre_tokenizer = byte_level_part(bool_field(config, "add_prefix_space", false, source), true);
  spec.decoder = byte_level_part(true, true);
  spec.model = bpe_model(nullptr, "", "");
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

void add_no_settings(const TokenizerSpec&, Json&) {}

void use_gpt_neox_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  use_gpt2_parts(config, source, spec);
  spec.normalizer = {{"type", "NFC"}};
  spec.pre_tokenizer["trim_offsets"] = bool_field(config, "trim_offsets", true, source);
  spec.post_processor = nullptr;  // the class makes it again
}

void use_blenderbot_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  use_gpt2_parts(config, source, spec);
  spec.pre_tokenizer["add_prefix_space"] = bool_field(config, "add_prefix_space", true, source);
}

void use_codegen_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  use_gpt2_parts(config, source, spec);
  if (!spec.post_processor.is_null()) return;
  spec.post_processor = {
      {"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", false}, {"use_regex", true}};
}

void use_clip_parts(const Json&, const std::string&, TokenizerSpec& spec) {
  const Json spaces = {{"type", "Replace"}, {"pattern", {{"Regex", "\\s+"}}}, {"content", " "}};
  const Json words = {
      {"type", "Split"}, {"pattern", {{"Regex", kClipWords}}}, {"behavior", "Removed"}, {"invert", true}};
  spec.normalizer = {{"type", "Sequence"},
                     {"normalizers", Json::array({Json{{"type", "NFC"}}, spaces, Json{{"type", "Lowercase"}}})}};
  spec.pre_tokenizer = {{"type", "Sequence"}, {"pretokenizers", Json::array({words, byte_level_part(false, true)})}};
  spec.decoder = byte_level_part(true, true);
  spec.model = bpe_model(unknown_token_of(spec), "", "</w>");
}

void use_openai_gpt_parts(const Json&, const std::string&, TokenizerSpec& spec) {
  use_word_end_parts(/*is_lower_case=*/true, nullptr, spec);
  spec.model = bpe_model(unknown_token_of(spec), "", "</w>");
}

void use_herbert_parts(const Json&, const std::string&, TokenizerSpec& spec) {
  use_word_end_parts(/*is_lower_case=*/false, false, spec);
  spec.model = bpe_model(unknown_token_of(spec), nullptr, "</w>");
}

// [bos] first [eos] [bos] second [eos], if tokenizer_config.json has add_bos_token or add_eos_token.
Json gpt2_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  const bool has_bos = spec.adds_bos && find_named_id(spec, "bos_token", find_id),
             has_eos = spec.adds_eos && find_named_id(spec, "eos_token", find_id);
  return has_bos || has_eos ? bos_eos_template(spec, find_id) : spec.post_processor;
}

Json roberta_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  Json result = spec.post_processor;
  for (const char* name : {"sep", "cls"}) {
    const NamedId token = named_id(spec, fmt::format("{}_token", name).c_str(), find_id);
    result[name] = Json::array({token.name, token.id});
  }
  return result;
}

Json clip_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  const NamedId bos = named_id(spec, "bos_token", find_id), eos = named_id(spec, "eos_token", find_id);
  return {{"type", "RobertaProcessing"},
          {"sep", Json::array({eos.name, eos.id})},
          {"cls", Json::array({bos.name, bos.id})},
          {"trim_offsets", false},
          {"add_prefix_space", false}};
}

Json deberta_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  return doubled_separator_template(named_id(spec, "cls_token", find_id), named_id(spec, "sep_token", find_id));
}

// The class assumes these ids.
Json herbert_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  return {{"type", "BertProcessing"},
          {"sep", Json::array({named_id(spec, "sep_token", find_id).name, 2})},
          {"cls", Json::array({named_id(spec, "cls_token", find_id).name, 0})}};
}

}  // namespace hone::text
