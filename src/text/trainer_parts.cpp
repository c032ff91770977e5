#include "text/trainer_parts.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/names.h"
#include "text/split_pattern.h"

namespace hone::text {

namespace {

constexpr std::string_view kWordPieceSpecial[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
constexpr std::string_view kOtherSpecial[] = {"<s>", "<pad>", "</s>", "<unk>", "<mask>"};

constexpr std::string_view kUnreadByWordPiece[] = {"max_token_length", "end_of_word_suffix", "shrinking_factor",
                                                   "n_sub_iterations", "max_piece_length",   "seed_size",
                                                   "split_pattern",    "add_prefix_space"};
constexpr std::string_view kUnreadByBpe[] = {"shrinking_factor", "n_sub_iterations", "max_piece_length",
                                             "seed_size",        "split_pattern",    "add_prefix_space"};
constexpr std::string_view kUnreadByByteBpe[] = {
    "shrinking_factor",   "n_sub_iterations", "max_piece_length", "seed_size",       "continuing_subword_prefix",
    "end_of_word_suffix", "pre_tokenizer",    "unk_token",        "initial_alphabet"};
constexpr std::string_view kUnreadByUnigram[] = {"min_frequency",      "limit_alphabet", "continuing_subword_prefix",
                                                 "end_of_word_suffix", "split_pattern",  "max_token_length",
                                                 "add_prefix_space"};

constexpr TrainerKind kTrainerKinds[] = {
    {"wordpiece", "WordPiece", 30000, "bert", "none", true, "##", "[UNK]", kWordPieceSpecial, kUnreadByWordPiece},
    {"bpe", "BPE", 30000, "metaspace", "none", false, "", "<unk>", kOtherSpecial, kUnreadByBpe},
    {"byte-bpe", "BPE", 30000, "", "none", false, "", "", kOtherSpecial, kUnreadByByteBpe},
    {"unigram", "Unigram", 8000, "metaspace", "nfkc", false, "", "<unk>", kOtherSpecial, kUnreadByUnigram},
};
static_assert(has_names(kTrainerKinds, kTrainerKindNames), "kTrainerKindNames and the table differ");

// Words, and the decoder that joins them again.
struct WordParts {
  std::string_view name;
  TextCut cut;
  Json (*part)();
  Json (*decoder)();  // null: a space between tokens
};

Json bert_words() { return {{"type", "BertPreTokenizer"}}; }
Json whitespace_words() { return {{"type", "Whitespace"}}; }
Json split_words() { return {{"type", "WhitespaceSplit"}}; }
Json metaspace() {
  return {{"type", "Metaspace"}, {"replacement", "\xE2\x96\x81"}, {"prepend_scheme", "always"}, {"split", true}};
}
Json no_decoder() { return nullptr; }

constexpr WordParts kWordParts[] = {
    {"bert", TextCut::kAtWhiteSpace, bert_words, no_decoder},
    {"whitespace", TextCut::kAtWhiteSpace, whitespace_words, no_decoder},
    {"whitespace-split", TextCut::kAtWhiteSpace, split_words, no_decoder},
    {"metaspace", TextCut::kBeforeSpace, metaspace, metaspace},
};
static_assert(has_names(kWordParts, kPreTokenizerNames), "kPreTokenizerNames and the table differ");

struct Normalization {
  std::string_view name, type;
};
constexpr Normalization kNormalizations[] = {
    {"none", ""}, {"nfc", "NFC"}, {"nfd", "NFD"}, {"nfkc", "NFKC"}, {"nfkd", "NFKD"}};
static_assert(has_names(kNormalizations, kNormalizationNames), "kNormalizationNames and the table differ");

// What the names of special tokens mean to transformers. The first special token with a role has it.
struct TokenRole {
  std::string_view token, role;
};
constexpr TokenRole kTokenRoles[] = {
    {"[PAD]", "pad_token"},         {"[UNK]", "unk_token"},         {"[CLS]", "cls_token"}, {"[SEP]", "sep_token"},
    {"[MASK]", "mask_token"},       {"<s>", "bos_token"},           {"<s>", "cls_token"},   {"</s>", "eos_token"},
    {"</s>", "sep_token"},          {"<pad>", "pad_token"},         {"<unk>", "unk_token"}, {"<mask>", "mask_token"},
    {"<|endoftext|>", "bos_token"}, {"<|endoftext|>", "eos_token"},
};

Json part_of_type(std::string_view type) { return {{"type", std::string(type)}}; }

Json normalizer_part(const TrainerOptions& options) {
  Json parts = Json::array();
  const std::string_view type = find_row(kNormalizations, "normalization", *options.normalization).type;
  if (options.pre_tokenizer == "bert") {
    if (!type.empty()) parts.push_back(part_of_type(type));
    parts.push_back({{"type", "BertNormalizer"},
                     {"clean_text", true},
                     {"handle_chinese_chars", true},
                     {"strip_accents", options.strip_accents ? Json(*options.strip_accents) : Json()},
                     {"lowercase", *options.lower_case}});
  } else {
    if (options.strip_accents.value_or(false)) {
      parts.push_back(part_of_type("NFD"));
      parts.push_back(part_of_type("StripAccents"));
      parts.push_back(part_of_type(type.empty() ? "NFC" : type));
    } else if (!type.empty()) {
      parts.push_back(part_of_type(type));
    }
    if (*options.lower_case) parts.push_back(part_of_type("Lowercase"));
  }
  if (parts.empty()) return nullptr;
  return parts.size() == 1 ? parts[0] : Json{{"type", "Sequence"}, {"normalizers", parts}};
}

Json byte_level(bool adds_space, bool uses_regex) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", adds_space}, {"trim_offsets", true}, {"use_regex", uses_regex}};
}

Json byte_level_words(const TrainerOptions& options) {
  const SplitPatternRow& pattern = find_row(split_patterns(), "split pattern", *options.split_pattern);
  if (&pattern == &gpt2_pattern()) return byte_level(options.add_prefix_space, true);
  const Json words = {{"type", "Split"},
                      {"pattern", {{"Regex", std::string(pattern.regex)}}},
                      {"behavior", "Isolated"},
                      {"invert", false}};
  return {{"type", "Sequence"}, {"pretokenizers", Json::array({words, byte_level(options.add_prefix_space, false)})}};
}

Json decoder_part(const TrainerOptions& options, const TrainerKind& kind) {
  if (kind.is_byte_level()) return byte_level(true, true);
  const std::string& prefix = *options.continuing_subword_prefix;
  if (kind.model == "WordPiece") return {{"type", "WordPiece"}, {"prefix", prefix}, {"cleanup", true}};
  if (!options.end_of_word_suffix->empty()) return {{"type", "BPEDecoder"}, {"suffix", *options.end_of_word_suffix}};
  return find_row(kWordParts, "pre-tokenizer", *options.pre_tokenizer).decoder();
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json model_part(const TrainerOptions& options, const TrainerKind& kind) {
  if (kind.model == "WordPiece") {
    return {{"type", "WordPiece"},
            {"unk_token", *options.unk_token},
            {"continuing_subword_prefix", *options.continuing_subword_prefix},
            {"max_input_chars_per_word", 100}};
  }
  if (kind.model == "Unigram") return {{"type", "Unigram"}, {"unk_id", nullptr}, {"byte_fallback", false}};
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", text_or_null(*options.unk_token)},
          {"continuing_subword_prefix", text_or_null(*options.continuing_subword_prefix)},
          {"end_of_word_suffix", text_or_null(*options.end_of_word_suffix)},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", false}};
}

// A text gets cls before and sep behind it. A second text gets a sep before it too where sep is also the eos_token
// (RoBERTa), else token type 1 (BERT).
Json template_part(const TokenizerSpec& spec, const std::vector<AddedToken>& tokens) {
  const auto cls = spec.special_tokens.find("cls_token"), sep = spec.special_tokens.find("sep_token");
  if (cls == spec.special_tokens.end() || sep == spec.special_tokens.end()) return nullptr;
  const bool is_doubled = spec.special_tokens.contains("eos_token");
  const auto special = [](const std::string& token, int type_id) -> Json {
    return {{"SpecialToken", {{"id", token}, {"type_id", type_id}}}};
  };
  const auto text = [](const char* id, int type_id) -> Json {
    return {{"Sequence", {{"id", id}, {"type_id", type_id}}}};
  };
  const int second = is_doubled ? 0 : 1;
  Json single = Json::array({special(cls->second, 0), text("A", 0), special(sep->second, 0)});
  Json pair = single;
  if (is_doubled) pair.push_back(special(sep->second, 0));
  pair.push_back(text("B", second));
  pair.push_back(special(sep->second, second));
  Json ids = Json::object();
  for (const AddedToken& token : tokens) {
    if (token.content != cls->second && token.content != sep->second) continue;
    ids[token.content] = {
        {"id", token.content}, {"ids", Json::array({token.id})}, {"tokens", Json::array({token.content})}};
  }
  return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", ids}};
}

void check_special_tokens(const std::vector<std::string>& tokens) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].empty()) throw Error(ErrorKind::kUsage, "a special token is empty", "name it in --special-tokens");
    if (std::find(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(i), tokens[i]) ==
        tokens.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    throw Error(ErrorKind::kUsage, fmt::format("the special token \"{}\" is given twice", tokens[i]),
                "name it once in --special-tokens");
  }
}

// Only Unigram adds an unknown token that is not a special token.
void settle_unknown_token(TrainerOptions& options, const TrainerKind& kind) {
  const bool is_given = options.unk_token.has_value();
  if (!is_given) options.unk_token = std::string(kind.unk_token);
  const auto& special = options.special_tokens;
  const bool is_special = std::find(special.begin(), special.end(), *options.unk_token) != special.end();
  const bool needs_one = kind.model == "WordPiece";
  if (is_special || kind.model == "Unigram" || (options.unk_token->empty() && !needs_one)) return;
  if (is_given || needs_one) {
    throw Error(ErrorKind::kUsage, fmt::format("the unknown token \"{}\" is not a special token", *options.unk_token),
                "add it to --special-tokens; name another one with --unk-token");
  }
  options.unk_token = "";
}

}  // namespace

const TrainerKind& find_trainer_kind(std::string_view name) { return find_row(kTrainerKinds, "kind", name); }

TrainerOptions with_defaults(TrainerOptions options) {
  const TrainerKind& kind = find_trainer_kind(options.kind);
  const auto set = [](auto& option, auto value) {
    if (!option) option = value;
  };
  set(options.vocab_size, kind.vocab_size);
  set(options.lower_case, kind.is_lower_case);
  set(options.normalization, std::string(kind.normalization));
  set(options.pre_tokenizer, std::string(kind.pre_tokenizer));
  set(options.split_pattern, std::string(gpt2_pattern().name));
  set(options.continuing_subword_prefix, std::string(kind.continuing_prefix));
  set(options.end_of_word_suffix, std::string());
  if (options.special_tokens.empty()) options.special_tokens = {kind.special_tokens.begin(), kind.special_tokens.end()};
  check_special_tokens(options.special_tokens);
  settle_unknown_token(options, kind);
  return options;
}

TextCut text_cut(const TrainerOptions& options) {
  if (options.pre_tokenizer->empty()) return TextCut::kNowhere;
  return find_row(kWordParts, "pre-tokenizer", *options.pre_tokenizer).cut;
}

void use_trainer_parts(const TrainerOptions& options, TokenizerSpec& spec) {
  const TrainerKind& kind = find_trainer_kind(options.kind);
  spec.normalizer = normalizer_part(options);
  spec.pre_tokenizer = kind.is_byte_level() ? byte_level_words(options)
                                            : find_row(kWordParts, "pre-tokenizer", *options.pre_tokenizer).part();
  spec.decoder = decoder_part(options, kind);
  spec.model = model_part(options, kind);
}

void use_special_tokens(const TrainerOptions& options, std::span<const int32_t> ids, TokenizerSpec& spec) {
  for (size_t i = 0; i < options.special_tokens.size(); ++i) {
    const std::string& content = options.special_tokens[i];
    spec.added_tokens.push_back({.content = content, .normalized = false, .special = true, .id = ids[i]});
    bool has_role = false;
    for (const TokenRole& known : kTokenRoles) {
      if (known.token != content) continue;
      has_role = true;
      spec.special_tokens.try_emplace(std::string(known.role), content);
    }
    if (content == *options.unk_token) has_role = spec.special_tokens.try_emplace("unk_token", content).second;
    if (!has_role) spec.extra_special_tokens.push_back(content);
  }
  spec.post_processor = template_part(spec, spec.added_tokens);
  if (!find_trainer_kind(options.kind).is_byte_level()) return;
  const Json trim = byte_level(true, true);
  spec.post_processor = spec.post_processor.is_null()
                            ? trim
                            : Json{{"type", "Sequence"}, {"processors", Json::array({trim, spec.post_processor})}};
}

}  // namespace hone::text
