#include "text/stored_vocabulary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "base/base64.h"
#include "base/log.h"
#include "base/names.h"
#include "base/utf8.h"
#include "text/sentence_piece_vocabulary.h"
#include "text/stored_splits.h"
#include "text/template_builder.h"

namespace hone::text {

namespace {

using gguf::Metadata;

constexpr const char* kWordMark = "\xE2\x96\x81";
constexpr std::string_view kTokens = "tokenizer.ggml.tokens", kTypes = "tokenizer.ggml.token_type",
                           kScores = "tokenizer.ggml.scores", kMerges = "tokenizer.ggml.merges",
                           kModel = "tokenizer.ggml.model";

// Finding the merges of a token takes the square of its bytes.
constexpr size_t kMaxTokenBytes = 4096;

// The lists of the metadata, by id.
struct StoredTokens {
  std::vector<std::string> texts;
  std::vector<StoredTokenType> types;
  std::vector<double> scores;  // empty: none
};

void check_length(const Metadata& metadata, std::string_view key, size_t length, size_t num_tokens) {
  if (length == num_tokens) return;
  throw metadata.error(key, fmt::format("has {} elements, but there are {} tokens", length, num_tokens));
}

std::vector<std::string> read_texts(const Metadata& metadata) {
  const std::vector<std::string_view>* views = metadata.texts(kTokens);
  if (views == nullptr) metadata.throw_missing(kTokens);
  if (views->size() > INT32_MAX) throw metadata.error(kTokens, "has too many elements");
  std::vector<std::string> texts(views->begin(), views->end());
  for (size_t id = 0; id < texts.size(); ++id) {
    if (texts[id].size() > kMaxTokenBytes) {
      throw metadata.error(
          kTokens, fmt::format("has the token {} of {} bytes, more than {}", id, texts[id].size(), kMaxTokenBytes));
    }
    if (find_invalid_utf8(texts[id]) != std::string_view::npos) {
      throw metadata.error(kTokens, fmt::format("has the token {}, which is not UTF-8", id));
    }
  }
  return texts;
}

std::vector<StoredTokenType> read_types(const Metadata& metadata, size_t num_tokens) {
  const std::optional<std::vector<double>> numbers = metadata.numbers(kTypes);
  if (!numbers) return std::vector<StoredTokenType>(num_tokens, StoredTokenType::kNormal);
  check_length(metadata, kTypes, numbers->size(), num_tokens);
  std::vector<StoredTokenType> types;
  for (const double number : *numbers) {
    const bool is_known = number >= 1 && number <= 6;  // any other is "undefined"
    types.push_back(is_known ? static_cast<StoredTokenType>(number) : StoredTokenType::kNormal);
  }
  return types;
}

StoredTokens read_tokens(const Metadata& metadata) {
  StoredTokens tokens;
  tokens.texts = read_texts(metadata);
  tokens.types = read_types(metadata, tokens.texts.size());
  if (const auto scores = metadata.numbers(kScores)) {
    check_length(metadata, kScores, scores->size(), tokens.texts.size());
    if (!std::ranges::all_of(*scores, [](double score) { return std::isfinite(score); })) {
      throw metadata.error(kScores, "has an element that is not finite");
    }
    tokens.scores = *scores;
  }
  return tokens;
}

// A place that only fills the table of words up to its size: "[PAD151665]", or an empty text.
bool is_filler(const StoredTokens& tokens, size_t id) {
  return tokens.texts[id].empty() ||
         (tokens.types[id] == StoredTokenType::kUnused && tokens.texts[id] == fmt::format("[PAD{}]", id));
}

void add_vocabulary(const StoredTokens& tokens, const Metadata& metadata, TokenizerSpec& spec) {
  std::unordered_map<std::string_view, size_t> ids;
  for (size_t id = 0; id < tokens.texts.size(); ++id) {
    if (is_filler(tokens, id)) continue;
    const auto [place, is_new] = ids.emplace(tokens.texts[id], id);
    if (!is_new) {
      throw metadata.error(kTokens, fmt::format("has the token \"{}\" twice, with the ids {} and {}", tokens.texts[id],
                                                place->second, id));
    }
    spec.vocabulary.emplace_back(tokens.texts[id], static_cast<int32_t>(id));
  }
}

struct NamedToken {
  std::string_view name, key;  // in HF's files; behind "tokenizer.ggml."
};

constexpr std::array kNamedTokens = {
    NamedToken{"bos_token", "bos_token_id"},       NamedToken{"eos_token", "eos_token_id"},
    NamedToken{"unk_token", "unknown_token_id"},   NamedToken{"pad_token", "padding_token_id"},
    NamedToken{"sep_token", "seperator_token_id"}, NamedToken{"cls_token", "cls_token_id"},
    NamedToken{"mask_token", "mask_token_id"},
};

std::optional<size_t> token_id_of(const Metadata& metadata, std::string_view key, const StoredTokens& tokens) {
  return metadata.token_id(fmt::format("tokenizer.ggml.{}", key), static_cast<int64_t>(tokens.texts.size()));
}

void add_named_tokens(const StoredTokens& tokens, const Metadata& metadata, TokenizerSpec& spec) {
  for (const auto& [name, key] : kNamedTokens) {
    const std::optional<size_t> id = token_id_of(metadata, key, tokens);
    if (id && !is_filler(tokens, *id)) spec.special_tokens[std::string(name)] = tokens.texts[*id];
  }
}

// Phi 3's markers take the white space behind them, which the file does not say.
bool takes_space_behind(std::string_view architecture, std::string_view token) {
  constexpr std::string_view kOthers[] = {"<unk>", "<s>", "<|endoftext|>"};
  return architecture == "phi3" && std::ranges::find(kOthers, token) == std::end(kOthers);
}

// Tokens that are found in texts before the model: those of control, and the user's.
void add_added_tokens(const StoredTokens& tokens, const Metadata& metadata, TokenizerSpec& spec) {
  const std::string architecture = metadata.text("general.architecture").value_or("");
  const auto is_named = [&](const std::string& text) {
    return std::ranges::any_of(spec.special_tokens, [&](const auto& entry) { return entry.second == text; });
  };
  for (size_t id = 0; id < tokens.texts.size(); ++id) {
    if (is_filler(tokens, id)) continue;
    const std::string& text = tokens.texts[id];
    const StoredTokenType type = tokens.types[id];
    const bool is_special = type == StoredTokenType::kControl || type == StoredTokenType::kUnknown || is_named(text);
    if (!is_special && type != StoredTokenType::kUserDefined) continue;
    spec.added_tokens.push_back({.content = text,
                                 .rstrip = type == StoredTokenType::kControl && takes_space_behind(architecture, text),
                                 .normalized = false,
                                 .special = is_special,
                                 .id = static_cast<int32_t>(id)});
  }
}

Json bpe_model(const Json& unknown_token, bool has_bytes, bool ignores_merges) {
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", unknown_token},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", has_bytes},
          {"byte_fallback", has_bytes},
          {"ignore_merges", ignores_merges}};
}

std::vector<MergeEntry> read_merges(const Metadata& metadata, const std::vector<std::string_view>& texts) {
  std::vector<MergeEntry> merges;
  for (const std::string_view text : texts) {
    const size_t space = text.find(' ', 1);
    const bool is_merge =
        space != std::string_view::npos && space + 1 < text.size() && find_invalid_utf8(text) == std::string_view::npos;
    if (!is_merge) {
      throw metadata.error(
          kMerges, fmt::format("has the element {}, which is not two tokens with a space between", merges.size()));
    }
    merges.push_back({std::string(text.substr(0, space)), std::string(text.substr(space + 1))});
  }
  return merges;
}

const StoredSplit& split_of(const Metadata& metadata, const std::string& source) {
  const std::optional<std::string> name = metadata.text("tokenizer.ggml.pre");
  if (name && *name != "default") {
    return find_row(stored_splits(), fmt::format("kind of splits (in {})", source), *name, ErrorKind::kUnsupported);
  }
  log_warning("{}: it does not say how texts are split into words: the ids may differ from the model's", source);
  return find_row(stored_splits(), "kind of splits", "gpt-2");
}

void use_byte_level(const StoredTokens&, const Metadata& metadata, TokenizerSpec& spec) {
  const StoredSplit& split = split_of(metadata, spec.source);
  const std::vector<std::string_view>* merges = metadata.texts(kMerges);
  if (merges == nullptr) metadata.throw_missing(kMerges);
  spec.merges = read_merges(metadata, *merges);
  spec.model = bpe_model(nullptr, /*has_bytes=*/false, split.ignores_merges);
  if (split.has_nfc) spec.normalizer = {{"type", "NFC"}};
  spec.pre_tokenizer = pre_tokenizer_of(split);
  spec.decoder = stored_byte_level(true);
  spec.adds_bos = split.adds_bos;
}

Json replaced(const char* from, const char* to) {
  return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

// Tokens of spaces, which Gemma's files have as spaces.
void mark_spaces(TokenizerSpec& spec) {
  for (auto& [token, id] : spec.vocabulary) {
    if (token.find_first_not_of(' ') != std::string::npos) continue;
    std::string marked;
    for (size_t i = 0; i < token.size(); ++i) marked += kWordMark;
    token = marked;
  }
}

// The scores by which merges are ordered. Gemma's do not follow its merges, but its ids do.
std::vector<double> merge_scores(const StoredTokens& tokens, const Metadata& metadata, const TokenizerSpec& spec) {
  const bool is_gemma = metadata.text("general.architecture").value_or("").starts_with("gemma");
  if (!is_gemma && tokens.scores.empty()) metadata.throw_missing(kScores);
  std::vector<double> scores;
  for (const auto& [token, id] : spec.vocabulary) {
    scores.push_back(is_gemma ? -static_cast<double>(id) : tokens.scores[static_cast<size_t>(id)]);
  }
  return scores;
}

void use_sentence_piece_bpe(const StoredTokens& tokens, const Metadata& metadata, TokenizerSpec& spec) {
  const bool adds_space = metadata.flag("tokenizer.ggml.add_space_prefix").value_or(true);
  mark_spaces(spec);
  const std::vector<std::string_view>* merges = metadata.texts(kMerges);
  spec.merges = merges != nullptr ? read_merges(metadata, *merges)
                                  : generated_merges(spec.vocabulary, merge_scores(tokens, metadata, spec));
  const auto unknown = spec.special_tokens.find("unk_token");
  spec.model = bpe_model(unknown == spec.special_tokens.end() ? Json() : Json(unknown->second), /*has_bytes=*/true,
                         /*ignores_merges=*/false);
  Json normalizers = Json::array(), decoders = Json::array({replaced(kWordMark, " ")});
  if (adds_space) normalizers.push_back({{"type", "Prepend"}, {"prepend", kWordMark}});
  normalizers.push_back(replaced(" ", kWordMark));
  decoders.insert(decoders.end(), {Json{{"type", "ByteFallback"}}, Json{{"type", "Fuse"}}});
  if (adds_space) decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  spec.normalizer = {{"type", "Sequence"}, {"normalizers", std::move(normalizers)}};
  spec.decoder = {{"type", "Sequence"}, {"decoders", std::move(decoders)}};
  spec.adds_bos = true;
  spec.padding_side = Side::kLeft;
}

// The file has signed or unsigned bytes.
std::string charsmap_of(const Metadata& metadata) {
  constexpr std::string_view kKey = "tokenizer.ggml.precompiled_charsmap";
  std::string charsmap;
  const auto numbers = metadata.numbers(kKey);
  if (!numbers) return charsmap;
  for (const double number : *numbers) {
    const bool is_byte = number >= -128 && number <= 255 && number == std::floor(number);
    if (!is_byte) throw metadata.error(kKey, fmt::format("has the element {}, which is not a byte", number));
    charsmap += static_cast<char>(static_cast<int>(number));
  }
  return charsmap;
}

void use_unigram(const StoredTokens& tokens, const Metadata& metadata, TokenizerSpec& spec) {
  if (tokens.scores.empty()) metadata.throw_missing(kScores);
  const std::optional<size_t> unknown = token_id_of(metadata, "unknown_token_id", tokens);
  spec.model = {{"type", "Unigram"}, {"unk_id", unknown ? Json(*unknown) : Json()}, {"byte_fallback", false}};
  // The id of a token of Unigram is its place, so that the fillers stay.
  spec.vocabulary.clear();
  for (const std::string& text : tokens.texts) {
    spec.vocabulary.emplace_back(text, static_cast<int32_t>(spec.vocabulary.size()));
  }
  spec.scores = tokens.scores;
  if (const std::string charsmap = charsmap_of(metadata); !charsmap.empty()) {
    spec.normalizer = {{"type", "Precompiled"}, {"precompiled_charsmap", encode_base64(charsmap)}};
  }
  const bool adds_space = metadata.flag("tokenizer.ggml.add_space_prefix").value_or(true);
  const Json spaces = {{"type", "Metaspace"},
                       {"replacement", kWordMark},
                       {"prepend_scheme", adds_space ? "always" : "never"},
                       {"split", true}};
  spec.pre_tokenizer = {{"type", "Sequence"},
                        {"pretokenizers", Json::array({Json{{"type", "WhitespaceSplit"}}, spaces})}};
  spec.decoder = spaces;
  spec.adds_eos = true;
}

struct VocabularyKind {
  std::string_view name;  // tokenizer.ggml.model
  void (*use_parts)(const StoredTokens& tokens, const Metadata& metadata, TokenizerSpec& spec);
};

constexpr std::array kVocabularyKinds = {
    VocabularyKind{"gpt2", use_byte_level},
    VocabularyKind{"llama", use_sentence_piece_bpe},
    VocabularyKind{"t5", use_unigram},
};

void add_template(const Metadata& metadata, TokenizerSpec& spec) {
  spec.adds_bos = metadata.flag("tokenizer.ggml.add_bos_token").value_or(spec.adds_bos);
  spec.adds_eos = metadata.flag("tokenizer.ggml.add_eos_token").value_or(spec.adds_eos);
  const FindTokenId find_id = [&](const std::string& content) -> std::optional<int32_t> {
    const auto found = std::ranges::find(spec.added_tokens, content, &AddedToken::content);
    return found == spec.added_tokens.end() ? std::nullopt : std::optional(found->id);
  };
  const bool has_bos = spec.adds_bos && spec.special_tokens.contains("bos_token"),
             has_eos = spec.adds_eos && spec.special_tokens.contains("eos_token");
  if (has_bos || has_eos) spec.post_processor = bos_eos_template(spec, find_id);
}

// Tokens of control that end a turn in a chat template.
constexpr std::string_view kTurnEnds[] = {"<|im_end|>",    "<|eot_id|>", "<|eom_id|>",      "<|end|>",
                                          "<end_of_turn>", "<|eot|>",    "<|end_of_text|>", "<|endoftext|>"};

}  // namespace

bool has_stored_vocabulary(const gguf::File& file) {
  return file.metadata().find(kTokens) != nullptr && file.metadata().text(kModel).value_or("none") != "none";
}

TokenizerSpec stored_tokenizer_spec(const gguf::File& file) {
  const Metadata& metadata = file.metadata();
  const std::optional<std::string> model = metadata.text(kModel);
  if (!model) metadata.throw_missing(kModel);
  const VocabularyKind& kind = find_row(kVocabularyKinds, fmt::format("kind of vocabulary (in {})", file.source()),
                                        *model, ErrorKind::kUnsupported);
  const StoredTokens tokens = read_tokens(metadata);
  TokenizerSpec spec;
  spec.source = file.source();
  spec.tokenizer_class = "PreTrainedTokenizerFast";
  add_vocabulary(tokens, metadata, spec);
  add_named_tokens(tokens, metadata, spec);
  add_added_tokens(tokens, metadata, spec);
  kind.use_parts(tokens, metadata, spec);
  add_template(metadata, spec);
  return spec;
}

std::vector<int32_t> stored_stop_ids(const gguf::File& file, const TokenizerSpec& spec) {
  const Metadata& metadata = file.metadata();
  std::vector<int32_t> ids;
  const auto add = [&](int64_t id) {
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(static_cast<int32_t>(id));
  };
  const std::vector<std::string_view>* tokens = metadata.texts(kTokens);
  const int64_t num_tokens = tokens == nullptr ? 0 : static_cast<int64_t>(tokens->size());
  for (const char* key : {"eos_token_id", "eot_token_id", "eom_token_id"}) {
    if (const auto id = metadata.token_id(fmt::format("tokenizer.ggml.{}", key), num_tokens)) add(*id);
  }
  const std::string chat_template = metadata.text("tokenizer.chat_template").value_or("");
  for (const AddedToken& token : spec.added_tokens) {
    const bool is_end = std::ranges::find(kTurnEnds, token.content) != std::end(kTurnEnds);
    if (is_end && chat_template.find(token.content) != std::string::npos) add(token.id);
  }
  return ids;
}

}  // namespace hone::text
