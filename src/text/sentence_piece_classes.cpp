// Every class but Llama's splits at white space, and its Unigram model sees a space as U+2581 at the start of a word.
#include "text/sentence_piece_classes.h"

#include <algorithm>

#include "text/json_fields.h"
#include "text/sentence_piece_vocabulary.h"
#include "text/template_builder.h"

namespace hone::text {

namespace {

constexpr const char* kSpaceMark = "\xE2\x96\x81";

Json metaspace_part(const char* scheme, bool splits) {
  return {{"type", "Metaspace"}, {"replacement", kSpaceMark}, {"prepend_scheme", scheme}, {"split", splits}};
}

Json string_replace(const char* from, const char* to) {
  return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

Json sequence_part(const char* key, Json parts) { return {{"type", "Sequence"}, {key, std::move(parts)}}; }

// The parts that T5, ALBERT, XLM-R, CamemBERT and mBART share.
void use_words_with_underline(const char* scheme, TokenizerSpec& spec) {
  spec.pre_tokenizer =
      sequence_part("pretokenizers", Json::array({Json{{"type", "WhitespaceSplit"}}, metaspace_part(scheme, true)}));
  spec.decoder = metaspace_part(scheme, true);
}

void need_unigram(const TokenizerSpec& spec) {
  if (spec.scores.size() != spec.vocabulary.size() || spec.vocabulary.empty()) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: a {} needs a Unigram model, not one of the type {}", spec.source, spec.tokenizer_class,
                            spec.model.value("type", Json()).dump()),
                "name the right class as tokenizer_class in tokenizer_config.json");
  }
}

void use_unigram(int64_t unknown_id, TokenizerSpec& spec) {
  need_unigram(spec);
  spec.model = {{"type", "Unigram"}, {"unk_id", unknown_id}, {"byte_fallback", false}};
}

void need_bpe(const TokenizerSpec& spec) {
  if (spec.scores.empty()) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: a {} needs a BPE model, not Unigram", spec.source, spec.tokenizer_class),
              "name the right class as tokenizer_class in tokenizer_config.json");
}

// BPE with tokens of bytes.
Json byte_bpe_model(const Json& unknown_token) {
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", unknown_token},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", true},
          {"byte_fallback", true},
          {"ignore_merges", false}};
}

Json byte_bpe_decoder(bool strips_space) {
  Json decoders =
      Json::array({string_replace(kSpaceMark, " "), Json{{"type", "ByteFallback"}}, Json{{"type", "Fuse"}}});
  if (strips_space) decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  return sequence_part("decoders", std::move(decoders));
}

Json spaces_replace(const char* regex, const char* to) {
  return {{"type", "Replace"}, {"pattern", {{"Regex", regex}}}, {"content", to}};
}

// Words with U+2581 at their start, also where spaces follow each other.
void use_underlines(const char* scheme, TokenizerSpec& spec) {
  spec.pre_tokenizer = metaspace_part(scheme, true);
  spec.decoder = metaspace_part(scheme, true);
}

Json precompiled_part(const TokenizerSpec& spec) {
  return {{"type", "Precompiled"}, {"precompiled_charsmap", spec.charsmap}};
}

void use_charsmap(TokenizerSpec& spec) { spec.normalizer = spec.charsmap.empty() ? Json() : precompiled_part(spec); }

const char* scheme_of(const Json& config, const char* without_prefix, const std::string& source) {
  return bool_field(config, "add_prefix_space", true, source) ? "always" : without_prefix;
}

// The place of a token in the vocabulary, or `fallback`. `is_scored_zero`: only with the score 0.
int64_t place_of(const TokenizerSpec& spec, const char* name, bool is_scored_zero, int64_t fallback) {
  const auto named = spec.special_tokens.find(name);
  if (named == spec.special_tokens.end()) return fallback;
  for (size_t i = 0; i < spec.vocabulary.size(); ++i) {
    const bool is_it = spec.vocabulary[i].first == named->second && (!is_scored_zero || spec.scores[i] == 0);
    if (is_it) return static_cast<int64_t>(i);
  }
  return fallback;
}

}  // namespace

void use_t5_parts(const Json&, const std::string&, TokenizerSpec& spec) {
  use_unigram(2, spec);
  use_charsmap(spec);
  use_words_with_underline("always", spec);
}

void use_albert_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  use_unigram(1, spec);
  Json normalizers = Json::array({string_replace("``", "\""), string_replace("''", "\"")});
  if (!bool_field(config, "keep_accents", false, source)) {
    normalizers.push_back({{"type", "NFKD"}});
    normalizers.push_back({{"type", "StripAccents"}});
  }
  if (bool_field(config, "do_lower_case", true, source)) normalizers.push_back({{"type", "Lowercase"}});
  if (!spec.charsmap.empty()) normalizers.push_back(precompiled_part(spec));
  spec.normalizer = sequence_part("normalizers", std::move(normalizers));
  use_words_with_underline(scheme_of(config, "never", source), spec);
}

void use_xlm_roberta_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  use_unigram(3, spec);
  use_charsmap(spec);
  use_words_with_underline(scheme_of(config, "never", source), spec);
}

void use_camembert_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  use_unigram(place_of(spec, "unk_token", false, 0), spec);
  use_charsmap(spec);
  use_words_with_underline(scheme_of(config, "never", source), spec);
}

void use_mbart_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  use_unigram(3, spec);
  spec.normalizer = nullptr;
  spec.source_language = string_field(config, "src_lang", "en_XX", source);
  use_words_with_underline("always", spec);
}

void use_deberta_v2_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  need_unigram(spec);  // place_of reads the scores
  const int64_t named_id = spec.unknown_id ? *spec.unknown_id : integer_field(config, "unk_id", 1, INT32_MAX, source);
  use_unigram(place_of(spec, "unk_token", true, named_id), spec);
  Json normalizers = Json::array();
  if (bool_field(config, "do_lower_case", false, source)) normalizers.push_back({{"type", "Lowercase"}});
  normalizers.push_back({{"type", "Replace"}, {"pattern", {{"Regex", R"(\s{2,}|[\n\r\t])"}}}, {"content", " "}});
  normalizers.push_back({{"type", "NFC"}});
  normalizers.push_back({{"type", "Strip"}, {"strip_left", false}, {"strip_right", true}});
  spec.normalizer = sequence_part("normalizers", std::move(normalizers));
  const char* scheme = scheme_of(config, "first", source);
  Json pre_tokenizers = Json::array();
  if (bool_field(config, "split_by_punct", false, source)) {
    pre_tokenizers.push_back({{"type", "Punctuation"}, {"behavior", "Isolated"}});
  }
  pre_tokenizers.push_back(metaspace_part(scheme, true));
  spec.pre_tokenizer = sequence_part("pretokenizers", std::move(pre_tokenizers));
  spec.decoder = metaspace_part(scheme, true);
}

void use_llama_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  const bool adds_space = bool_field(config, "add_prefix_space", true, source);
  const bool is_legacy = bool_field(config, "legacy", false, source);
  if (spec.is_tiktoken) return;
  need_bpe(spec);
  spec.model = byte_bpe_model(nullptr);
  spec.normalizer = nullptr;
  spec.pre_tokenizer = metaspace_part(!adds_space ? "never" : is_legacy ? "always" : "first", false);
  spec.decoder = byte_bpe_decoder(adds_space);
}

void use_code_llama_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  need_bpe(spec);
  const bool adds_space = bool_field(config, "add_prefix_space", true, source);
  spec.model = byte_bpe_model(unknown_token_of(spec));
  spec.normalizer = nullptr;
  spec.pre_tokenizer = metaspace_part(adds_space ? "first" : "never", false);
  spec.decoder = byte_bpe_decoder(/*strips_space=*/true);
  // Beside a tokenizer.json the class ignores add_bos_token and add_eos_token.
  spec.adds_bos = spec.has_tokenizer_json || bool_field(config, "add_bos_token", true, source);
}

void use_gemma_parts(const Json&, const std::string&, TokenizerSpec& spec) {
  need_bpe(spec);
  spec.model = byte_bpe_model(unknown_token_of(spec));
  spec.normalizer = string_replace(" ", kSpaceMark);
  spec.pre_tokenizer = {
      {"type", "Split"}, {"pattern", {{"String", " "}}}, {"behavior", "MergedWithPrevious"}, {"invert", false}};
  spec.decoder = byte_bpe_decoder(/*strips_space=*/false);
}

void use_xlnet_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  need_unigram(spec);
  use_unigram(spec.unknown_id ? *spec.unknown_id : integer_field(config, "unk_id", 0, INT32_MAX, source), spec);
  // The class ignores keep_accents.
  Json normalizers = Json::array(
      {string_replace("``", "\""), string_replace("''", "\""), Json{{"type", "NFKD"}}, Json{{"type", "StripAccents"}}});
  if (bool_field(config, "do_lower_case", false, source)) normalizers.push_back({{"type", "Lowercase"}});
  if (!spec.charsmap.empty()) normalizers.push_back(precompiled_part(spec));
  spec.normalizer = sequence_part("normalizers", std::move(normalizers));
  use_words_with_underline("always", spec);
}

void use_big_bird_parts(const Json& config, const std::string& source, TokenizerSpec& spec) {
  need_unigram(spec);
  use_unigram(place_of(spec, "unk_token", true, 100), spec);
  const Json strip = {{"type", "Strip"}, {"strip_left", false}, {"strip_right", false}};
  spec.normalizer = sequence_part("normalizers", Json::array({strip, spaces_replace(" {2,}", kSpaceMark)}));
  use_underlines(scheme_of(config, "never", source), spec);
}

void use_pegasus_parts(const Json&, const std::string&, TokenizerSpec& spec) {
  need_unigram(spec);
  use_unigram(place_of(spec, "unk_token", true, 0), spec);
  const Json first = spec.charsmap.empty() ? spaces_replace("\\n", " ") : precompiled_part(spec);
  spec.normalizer = sequence_part("normalizers", Json::array({first, spaces_replace(" {2,}", " ")}));
  use_underlines("always", spec);
}

Json t5_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  TemplateBuilder t;
  const NamedId eos{"</s>", named_id(spec, "eos_token", find_id).id};
  const Json single = Json::array({t.text("A"), t.special(eos)});
  return t.build(single, Json::array({t.text("A"), t.special(eos), t.text("B"), t.special(eos)}));
}

// transformers keeps the post-processor of a tokenizer.json.
Json albert_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  if (spec.has_tokenizer_json && !spec.post_processor.is_null()) return spec.post_processor;
  return cls_sep_template({"[CLS]", named_id(spec, "cls_token", find_id).id},
                          {"[SEP]", named_id(spec, "sep_token", find_id).id});
}

Json xlm_roberta_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  return doubled_separator_template(named_id(spec, "bos_token", find_id), named_id(spec, "eos_token", find_id));
}

Json mbart_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  TemplateBuilder t;
  const std::optional<int32_t> language = find_id(spec.source_language);
  if (!language) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: no token is the language \"{}\"", spec.source, spec.source_language),
                "name one of the model's languages as src_lang in tokenizer_config.json");
  }
  const Json eos = t.special(named_id(spec, "eos_token", find_id));
  const Json code = t.special({spec.source_language, *language});
  return t.build(Json::array({t.text("A"), eos, code}), Json::array({t.text("A"), t.text("B"), eos, code}));
}

// A <sep> B <sep> <cls>, where <cls> has the type 2
Json xlnet_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  TemplateBuilder t;
  const NamedId sep = named_id(spec, "sep_token", find_id);
  const Json cls = t.special(named_id(spec, "cls_token", find_id), 2);
  const Json first = Json::array({t.text("A"), t.special(sep)});
  Json single = first, pair = first;
  single.push_back(cls);
  pair.insert(pair.end(), {t.text("B", 1), t.special(sep, 1), cls});
  return t.build(single, pair);
}

Json pegasus_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  TemplateBuilder t;
  const Json eos = t.special(named_id(spec, "eos_token", find_id));
  return t.build(Json::array({t.text("A"), eos}), Json::array({t.text("A"), t.text("B"), eos}));
}

Json deberta_v2_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  return cls_sep_template(named_id(spec, "cls_token", find_id), named_id(spec, "sep_token", find_id));
}

// transformers keeps the post-processor of a tokenizer.json, and adds <s> only if add_bos_token says so.
Json llama_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id) {
  const bool is_kept = spec.has_tokenizer_json || (spec.is_tiktoken && !spec.adds_bos && !spec.adds_eos);
  if (is_kept && !spec.post_processor.is_null()) return spec.post_processor;
  return bos_eos_template(spec, find_id);
}

std::vector<AddedToken> t5_extra_tokens(const Json& config, std::vector<AddedToken> given, bool) {
  const auto is_extra = [](const AddedToken& token) { return token.content.find("<extra_id_") != std::string::npos; };
  if (std::ranges::any_of(given, is_extra)) return given;
  const int64_t num_extra = integer_field(config, "extra_ids", 100, 1 << 20, "tokenizer_config.json");
  for (int64_t i = 0; i < num_extra; ++i) {
    given.push_back({.content = fmt::format("<extra_id_{}>", i), .normalized = false, .special = true});
  }
  return given;
}

std::vector<AddedToken> camembert_extra_tokens(const Json&, std::vector<AddedToken> given, bool has_model_file) {
  if (has_model_file) return given;
  for (const char* token : {"<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"}) {
    given.push_back({.content = token, .normalized = false, .special = true});
  }
  return given;
}

std::vector<AddedToken> xlnet_extra_tokens(const Json&, std::vector<AddedToken> given, bool) {
  for (const char* token : {"<eop>", "<eod>"}) {
    given.push_back({.content = token, .normalized = false, .special = true});
  }
  return given;
}

std::vector<AddedToken> code_llama_extra_tokens(const Json& config, std::vector<AddedToken> given, bool) {
  constexpr std::pair<const char*, const char*> kTokens[] = {{"prefix_token", "\xE2\x96\x81<PRE>"},
                                                             {"middle_token", "\xE2\x96\x81<MID>"},
                                                             {"suffix_token", "\xE2\x96\x81<SUF>"},
                                                             {"eot_token", "\xE2\x96\x81<EOT>"},
                                                             {"fill_token", "<FILL_ME>"}};
  for (const auto& [name, fallback] : kTokens) {
    const bool is_null = config.contains(name) && config[name].is_null();
    const std::string token = is_null ? "" : configured_token(config, name, fallback, "tokenizer_config.json");
    if (!token.empty()) given.push_back({.content = token, .normalized = false, .special = true});
  }
  return given;
}

std::vector<AddedToken> pegasus_extra_tokens(const Json& config, std::vector<AddedToken> given, bool) {
  const std::string source = "tokenizer_config.json";
  const std::string sentence_mask = configured_token(config, "mask_token_sent", "<mask_1>", source);
  if (!sentence_mask.empty()) given.push_back({.content = sentence_mask, .normalized = false, .special = true});
  for (int64_t i = 2; i < integer_field(config, "offset", 103, 1 << 20, source); ++i) {
    given.push_back({.content = fmt::format("<unk_{}>", i), .normalized = false, .special = true});
  }
  return given;
}

std::vector<AddedToken> mbart_extra_tokens(const Json&, std::vector<AddedToken> given, bool) {
  std::vector<AddedToken> tokens;
  for (const std::string_view language : mbart_languages()) {
    tokens.push_back({.content = std::string(language), .normalized = false, .special = true});
  }
  for (AddedToken& token : given) {
    const auto is_same = [&](const AddedToken& other) { return other.content == token.content; };
    if (std::ranges::none_of(tokens, is_same)) tokens.push_back(std::move(token));
  }
  return tokens;
}

}  // namespace hone::text
