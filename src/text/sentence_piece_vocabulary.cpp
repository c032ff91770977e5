#include "text/sentence_piece_vocabulary.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "base/base64.h"
#include "base/utf8.h"
#include "text/json_fields.h"

namespace hone::text {

namespace {

constexpr std::string_view kMbartLanguages[] = {
    "ar_AR", "cs_CZ", "de_DE", "en_XX", "es_XX", "et_EE", "fi_FI", "fr_XX", "gu_IN", "hi_IN", "it_IT", "ja_XX", "kk_KZ",
    "ko_KR", "lt_LT", "lv_LV", "my_MM", "ne_NP", "nl_XX", "ro_RO", "ru_RU", "si_LK", "tr_TR", "vi_VN", "zh_CN"};

void add_scored(std::string_view token, double score, TokenizerSpec& spec) {
  spec.vocabulary.emplace_back(std::string(token), static_cast<int32_t>(spec.vocabulary.size()));
  spec.scores.push_back(score);
}

void add_pieces(const SentencePieceFile& file, size_t first, TokenizerSpec& spec) {
  for (size_t i = first; i < file.pieces.size(); ++i) add_scored(file.pieces[i].piece, file.pieces[i].score, spec);
}

void begin_unigram(const SentencePieceFile& file, TokenizerSpec& spec) {
  if (file.kind != SentencePieceFile::Kind::kUnigram) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: a {} needs a Unigram model, but the file holds a model of another kind", spec.source,
                            spec.tokenizer_class),
                "name the right class as tokenizer_class in tokenizer_config.json");
  }
  spec.charsmap = encode_base64(file.precompiled_charsmap);
}

// The ids of fairseq: four special tokens, then the pieces without the model's own three.
void add_fairseq_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec) {
  begin_unigram(file, spec);
  constexpr std::pair<const char*, std::string_view> kFirstTokens[] = {
      {"bos_token", "<s>"}, {"pad_token", "<pad>"}, {"eos_token", "</s>"}, {"unk_token", "<unk>"}};
  for (const auto& [name, token] : kFirstTokens)
    add_scored(configured_token(config, name, token, spec.source), 0, spec);
  add_pieces(file, 3, spec);
}

struct MergeOfToken {
  MergeEntry merge;
  size_t token, left, right;  // places in the vocabulary
  size_t left_characters, right_characters;
};

void add_merges_of(const std::string& token, size_t place, const std::unordered_map<std::string_view, size_t>& places,
                   std::vector<MergeOfToken>& merges) {
  const std::string_view text = token;
  const size_t num_characters = count_code_points(text), first = merges.size();
  size_t characters = 1;
  for (size_t i = 1; i < text.size(); ++i) {
    if (is_continuation(text[i])) continue;
    const auto left = places.find(text.substr(0, i)), right = places.find(text.substr(i));
    if (left != places.end() && right != places.end()) {
      merges.push_back({{token.substr(0, i), token.substr(i)},
                        place,
                        left->second,
                        right->second,
                        characters,
                        num_characters - characters});
    }
    ++characters;
  }
  std::stable_sort(merges.begin() + static_cast<std::ptrdiff_t>(first), merges.end(),
                   [](const auto& a, const auto& b) { return std::tie(a.left, a.right) < std::tie(b.left, b.right); });
}

// Real vocabularies have a few megabytes of merges. Tokens such as "a", "aa", "aaa" ... have a cubic number of bytes.
constexpr size_t kMaxMergeBytes = size_t{1} << 28;

// Returns the merges of each token, token by token. Errors (kInput): more than kMaxMergeBytes.
std::vector<MergeOfToken> all_merges(const std::vector<VocabularyEntry>& vocabulary) {
  std::unordered_map<std::string_view, size_t> places;  // the ids, of which a later one of a token is used
  for (const auto& [token, id] : vocabulary) places[token] = static_cast<size_t>(id);
  std::vector<MergeOfToken> merges;
  size_t num_bytes = 0;
  for (const auto& [token, id] : vocabulary) {
    const size_t place = places[token], first = merges.size();
    if (place == static_cast<size_t>(id)) add_merges_of(token, place, places, merges);
    num_bytes += (merges.size() - first) * token.size();
    if (num_bytes > kMaxMergeBytes) {
      throw Error(ErrorKind::kInput, "the tokens of the vocabulary are joined from others in too many ways",
                  "the vocabulary is damaged: download it again");
    }
  }
  return merges;
}

std::vector<MergeEntry> entries_of(std::vector<MergeOfToken> merges) {
  std::vector<MergeEntry> result;
  result.reserve(merges.size());
  for (MergeOfToken& merge : merges) result.push_back(std::move(merge.merge));
  return result;
}

Json replace_part(const char* from, const char* to) {
  return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

// Gives tokens the names that added_tokens_decoder has for their ids, as for placeholders.
void rename_placeholders(const Json& config, TokenizerSpec& spec) {
  const Json decoder = config.value("added_tokens_decoder", Json());
  if (!decoder.is_object()) return;
  for (const auto& [key, token] : decoder.items()) {
    const std::string content = string_field(token, "content", "", spec.source);
    const auto has = [&](const auto& entry) { return entry.first == content; };
    if (content.empty() || std::ranges::any_of(spec.vocabulary, has)) continue;
    for (auto& [name, id] : spec.vocabulary) {
      if (std::to_string(id) == key) name = content;
    }
  }
}

void use_named_pieces(const SentencePieceFile& file, TokenizerSpec& spec) {
  if (file.bos_id >= 0) spec.special_tokens["bos_token"] = file.bos_piece;
  if (file.eos_id >= 0) spec.special_tokens["eos_token"] = file.eos_piece;
  if (file.unk_id >= 0) spec.special_tokens["unk_token"] = file.unk_piece;
}

}  // namespace

std::string configured_token(const Json& config, const char* name, std::string_view fallback,
                             const std::string& source) {
  const Json value = config.value(name, Json());
  return value.is_object() ? string_field(value, "content", fallback, source)
                           : string_field(config, name, fallback, source);
}

std::span<const std::string_view> mbart_languages() { return kMbartLanguages; }

std::vector<AddedToken> added_pieces(const SentencePieceFile& file) {
  std::vector<AddedToken> tokens;
  for (const SentencePiece& piece : file.pieces) {
    const bool is_control = piece.type == SentencePiece::Type::kControl;
    if (!is_control && piece.type != SentencePiece::Type::kUserDefined) continue;
    tokens.push_back({.content = piece.piece, .normalized = false, .special = is_control});
  }
  return tokens;
}

std::vector<MergeEntry> generated_merges(const std::vector<VocabularyEntry>& vocabulary) {
  std::vector<MergeOfToken> merges = all_merges(vocabulary);
  std::stable_sort(merges.begin(), merges.end(), [](const auto& a, const auto& b) {
    return std::tie(a.token, a.left_characters, a.right_characters) <
           std::tie(b.token, b.left_characters, b.right_characters);
  });
  return entries_of(std::move(merges));
}

std::vector<MergeEntry> generated_merges(const std::vector<VocabularyEntry>& vocabulary,
                                         const std::vector<double>& scores) {
  std::unordered_map<size_t, double> by_id;
  for (size_t i = 0; i < vocabulary.size(); ++i) by_id[static_cast<size_t>(vocabulary[i].second)] = scores[i];
  std::vector<MergeOfToken> merges = all_merges(vocabulary);
  // A stable sort by the same keys in descending order, as Python's sorted(reverse=True).
  std::stable_sort(merges.begin(), merges.end(), [&](const auto& a, const auto& b) {
    const double score_a = by_id.at(a.token), score_b = by_id.at(b.token);
    return std::tie(score_a, a.left_characters, a.right_characters) >
           std::tie(score_b, b.left_characters, b.right_characters);
  });
  return entries_of(std::move(merges));
}

void convert_unigram_pieces(const SentencePieceFile& file, const Json&, TokenizerSpec& spec) {
  begin_unigram(file, spec);
  add_pieces(file, 0, spec);
  spec.unknown_id = static_cast<int32_t>(file.unk_id);
}

void convert_t5_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec) {
  convert_unigram_pieces(file, config, spec);
  const int64_t num_extra = integer_field(config, "extra_ids", 100, 1 << 20, spec.source);
  for (int64_t i = num_extra - 1; i >= 0; --i) add_scored(fmt::format("<extra_id_{}>", i), 0, spec);
}

void convert_xlm_roberta_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec) {
  add_fairseq_pieces(file, config, spec);
  add_scored(configured_token(config, "mask_token", "<mask>", spec.source), 0, spec);
}

void convert_camembert_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec) {
  begin_unigram(file, spec);
  add_scored("<s>NOTUSED", 0, spec);
  add_scored(configured_token(config, "pad_token", "<pad>", spec.source), 0, spec);
  add_scored("</s>NOTUSED", 0, spec);
  add_scored(configured_token(config, "unk_token", "<unk>", spec.source), 0, spec);
  add_scored("<unk>NOTUSED", -100, spec);
  add_pieces(file, 1, spec);
  add_scored(configured_token(config, "mask_token", "<mask>", spec.source), 0, spec);
}

void convert_mbart_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec) {
  add_fairseq_pieces(file, config, spec);
  for (const std::string_view language : kMbartLanguages) add_scored(language, 0, spec);
  add_scored(configured_token(config, "mask_token", "<mask>", spec.source), 0, spec);
}

void convert_pegasus_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec) {
  begin_unigram(file, spec);
  add_scored(configured_token(config, "pad_token", "<pad>", spec.source), 0, spec);
  add_scored(configured_token(config, "eos_token", "</s>", spec.source), 0, spec);
  // The defaults of the class have the masks in the other order.
  const std::string mask = configured_token(config, "mask_token", "<mask_1>", spec.source),
                    sentence_mask = configured_token(config, "mask_token_sent", "<mask_2>", spec.source);
  if (!mask.empty()) add_scored(mask, 0, spec);
  if (!sentence_mask.empty() && sentence_mask != mask) add_scored(sentence_mask, 0, spec);
  const int64_t offset = integer_field(config, "offset", 103, 1 << 20, spec.source);
  for (int64_t i = 2; i < offset; ++i) add_scored(fmt::format("<unk_{}>", i), -100, spec);
  add_pieces(file, 2, spec);
}

void convert_bpe_pieces(const SentencePieceFile& file, const Json&, TokenizerSpec& spec) {
  for (const SentencePiece& piece : file.pieces) {
    spec.vocabulary.emplace_back(piece.piece, static_cast<int32_t>(spec.vocabulary.size()));
  }
  spec.merges = generated_merges(spec.vocabulary);
  spec.charsmap = encode_base64(file.precompiled_charsmap);
}

void convert_without_class(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec) {
  if (file.kind == SentencePieceFile::Kind::kUnigram) {
    convert_unigram_pieces(file, config, spec);
    spec.model = {{"type", "Unigram"}, {"unk_id", file.unk_id}, {"byte_fallback", file.byte_fallback}};
  } else {
    convert_bpe_pieces(file, config, spec);
    rename_placeholders(config, spec);
    spec.model = {{"type", "BPE"},
                  {"dropout", nullptr},
                  {"unk_token", file.unk_piece},
                  {"continuing_subword_prefix", nullptr},
                  {"end_of_word_suffix", nullptr},
                  {"fuse_unk", true},
                  {"byte_fallback", file.byte_fallback},
                  {"ignore_merges", false}};
  }
  Json normalizers = Json::array();
  if (!spec.charsmap.empty()) normalizers.push_back({{"type", "Precompiled"}, {"precompiled_charsmap", spec.charsmap}});
  normalizers.push_back(replace_part(" ", "\xE2\x96\x81"));
  Json decoders = Json::array({replace_part("\xE2\x96\x81", " ")});
  if (file.byte_fallback) {
    decoders.push_back({{"type", "ByteFallback"}});
    decoders.push_back({{"type", "Fuse"}});
  }
  spec.normalizer = {{"type", "Sequence"}, {"normalizers", std::move(normalizers)}};
  spec.decoder = {{"type", "Sequence"}, {"decoders", std::move(decoders)}};
  use_named_pieces(file, spec);
}

}  // namespace hone::text
