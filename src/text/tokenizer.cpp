// Encodes a text: finds the added tokens, applies the parts to the text between them (or BertEncoder,
// ByteLevelEncoder, SpacedBpeEncoder or MetaspaceEncoder, which do the same in one pass), truncates, and applies the
// template.
#include "text/tokenizer.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"
#include "text/decode_stream.h"
#include "text/normal_forms.h"
#include "text/tokenizer_state.h"
#include "text/trimmed_offsets.h"
#include "text/truncation.h"

namespace hone::text {

namespace {

using State = Tokenizer::State;

// The buffers of one thread for the tokens of a text and of its pair.
struct Scratch {
  TokenBuffer first, second;
};

Scratch& scratch() {
  thread_local Scratch buffers;
  return buffers;
}

void add_added_token(const TextPiece& piece, Offset origin, bool with_offsets, TokenBuffer& tokens) {
  tokens.push(piece.id);
  if (!with_offsets) return;
  tokens.push_offset(origin, tokens.next_word());
}

// Appends the offsets of a word's tokens. A token of bytes may begin and end inside a character.
void add_offsets(std::span<const NormalizedCharacter> characters, const std::vector<Token>& word_tokens,
                 TokenBuffer& tokens) {
  // Tokens are in order, so one walk over the word's characters finds where each begins and ends.
  size_t character = 0, character_begin = 0;
  const auto origin_at = [&](size_t byte) {
    for (; character + 1 < characters.size(); ++character) {
      const size_t end = character_begin + utf8_length(characters[character].code);
      if (byte < end) break;
      character_begin = end;
    }
    return characters[character].origin;
  };
  if (word_tokens.empty()) return tokens.skip_word();
  const uint32_t number = tokens.next_word();
  for (const Token& token : word_tokens) {
    const uint32_t begin = origin_at(token.begin).begin;
    tokens.push_offset({begin, origin_at(std::max(token.begin + 1, token.end) - 1).end}, number);
  }
}

void add_words(const State& state, NormalizedText text, bool with_offsets, TokenBuffer& tokens) {
  Words words{{0, text.size()}};
  state.pre_tokenizer(text, words);
  std::vector<Token> word_tokens;
  for (const WordRange& word : words) {
    if (word.begin == word.end) continue;
    const std::span<const NormalizedCharacter> characters(text.data() + word.begin, word.end - word.begin);
    word_tokens.clear();
    state.model->tokenize(to_utf8(characters), word_tokens);
    for (const Token& token : word_tokens) tokens.push(token.id);
    if (with_offsets) add_offsets(characters, word_tokens, tokens);
  }
}

// Returns the ranges of the normalized text that come from the ranges `plain` of the text itself.
std::vector<Offset> plain_after_normalization(const NormalizedText& text, std::span<const Offset> plain) {
  std::vector<Offset> ranges;
  size_t byte = 0, next = 0;
  for (const NormalizedCharacter& character : text) {
    const size_t end = byte + utf8_length(character.code);
    while (next < plain.size() && plain[next].end <= character.origin.begin) ++next;
    if (next < plain.size() && plain[next].begin < character.origin.end) {
      ranges.push_back({static_cast<uint32_t>(byte), static_cast<uint32_t>(end)});
    }
    byte = end;
  }
  return ranges;
}

// Applies the parts one after another, for tokenizers without an encoder of one pass.
void add_by_parts(const State& state, std::string_view text, uint32_t begin, std::span<const Offset> plain,
                  bool with_offsets, TokenBuffer& tokens) {
  NormalizedText normalized = to_normalized_text(text, begin);
  state.normalizer(normalized);
  if (state.added.normalized().is_empty()) return add_words(state, std::move(normalized), with_offsets, tokens);
  const std::string flat = to_utf8(normalized);
  size_t character = 0, byte = 0;
  const std::vector<Offset> plain_ranges = plain_after_normalization(normalized, plain);
  for (const TextPiece& piece : state.added.normalized().split(flat, plain_ranges)) {
    const size_t first = character;
    while (byte < piece.end) byte += utf8_length(normalized[character++].code);
    const bool is_empty = first == character;  // a token between two others that took the white space around it
    const Offset origin =
        is_empty ? Offset{} : Offset{normalized[first].origin.begin, normalized[character - 1].origin.end};
    if (piece.id >= 0) {
      add_added_token(piece, origin, with_offsets, tokens);
    } else if (!is_empty) {
      add_words(state, NormalizedText(&normalized[first], &normalized[character - 1] + 1), with_offsets, tokens);
    }
  }
}

// Appends the tokens of a text in its normal form by ByteLevelEncoder.
void add_normalized_bytes(const State& state, std::string_view text, uint32_t begin, bool with_offsets,
                          TokenBuffer& tokens) {
  const auto add = [&](std::string_view part, uint32_t part_begin) {
    if (with_offsets) return state.one_pass.byte_level->encode_with_offsets(part, part_begin, tokens);
    state.one_pass.byte_level->encode(part, tokens);
  };
  if (state.added.normalized().is_empty()) return add(text, begin);
  for (const TextPiece& piece : state.added.normalized().split(text)) {
    const uint32_t first = begin + static_cast<uint32_t>(piece.begin), last = begin + static_cast<uint32_t>(piece.end);
    if (piece.id >= 0) {
      add_added_token(piece, piece.begin == piece.end ? Offset{} : Offset{first, last}, with_offsets, tokens);
    } else {
      add(text.substr(piece.begin, piece.end - piece.begin), first);
    }
  }
}

// Appends the tokens of a text between added tokens by ByteLevelEncoder.
void add_bytes(const State& state, std::string_view text, uint32_t begin, bool with_offsets, TokenBuffer& tokens) {
  // NFC is the only normalizer that ByteLevelEncoder is used with.
  if (state.spec.normalizer.is_null() || is_surely_nfc(text)) {
    return add_normalized_bytes(state, text, begin, with_offsets, tokens);
  }
  if (!with_offsets) return add_normalized_bytes(state, nfc(text), 0, with_offsets, tokens);
  std::vector<Offset> origins;  // of each byte of the normal form
  const std::string normalized = nfc(text, begin, &origins);
  const size_t num_before = tokens.offsets.size();
  add_normalized_bytes(state, normalized, 0, with_offsets, tokens);
  for (size_t i = num_before; i < tokens.offsets.size(); ++i) {
    Offset& offset = tokens.offsets[i];
    if (offset.begin < offset.end) offset = {origins[offset.begin].begin, origins[offset.end - 1].end};
  }
}

// Appends all tokens of one text, without special tokens around them. `plain`: where no special tokens are found.
void tokenize(const State& state, std::string_view text, bool with_offsets, TokenBuffer& tokens,
              std::span<const Offset> plain = {}) {
  tokens.reserve(text.size());  // growing step by step would copy the ids of a long text several times
  const bool needs_parts = !plain.empty() && state.added.normalized().has_special_tokens();
  for (const TextPiece& piece : state.added.raw().split(text, plain)) {
    const auto begin = static_cast<uint32_t>(piece.begin), end = static_cast<uint32_t>(piece.end);
    const std::string_view part = text.substr(piece.begin, piece.end - piece.begin);
    if (piece.id >= 0) {
      add_added_token(piece, {begin, end}, with_offsets, tokens);
    } else if (needs_parts) {
      add_by_parts(state, part, begin, plain, with_offsets, tokens);
    } else if (state.one_pass.byte_level != nullptr && (!with_offsets || state.one_pass.byte_level->has_offsets())) {
      add_bytes(state, part, begin, with_offsets, tokens);
    } else if (state.one_pass.spaced_bpe != nullptr) {
      state.one_pass.spaced_bpe->encode(part, begin, with_offsets, tokens);
    } else if (state.one_pass.metaspace != nullptr && !with_offsets) {
      state.one_pass.metaspace->encode(part, tokens);
    } else if (state.one_pass.bert == nullptr) {
      add_by_parts(state, part, begin, plain, with_offsets, tokens);
    } else if (with_offsets) {
      state.one_pass.bert->encode_with_offsets(part, begin, tokens);
    } else {
      state.one_pass.bert->encode(part, tokens);
    }
  }
}

void check_text(std::string_view text) {
  if (text.size() > UINT32_MAX) {
    throw Error(ErrorKind::kInput, fmt::format("a text of {} bytes is too long", text.size()), "split it");
  }
  check_utf8(text, "text");
}

// The texts that were encoded.
struct Texts {
  std::string_view first, second;
  std::span<const std::string> words;  // of encode_words; then there is no other text
};

// The range of tokens of a buffer that truncation keeps.
struct Kept {
  const TokenBuffer* tokens;
  size_t begin, end;
  std::string_view text;
  std::span<const std::string> words;

  std::string_view text_of(size_t token) const { return words.empty() ? text : words[tokens->words[token]]; }
};

Kept keep(const TokenBuffer& tokens, size_t count, Side side, std::string_view text, const Texts& texts) {
  const size_t begin = side == Side::kRight ? 0 : tokens.size() - count;
  return {&tokens, begin, begin + count, text, texts.words};
}

// Removes spaces from the offsets of the kept tokens, which are the encoding's last ones.
void trim_offsets(const State& state, TemplatePiece::Kind kind, const Kept& kept, Encoding& encoding) {
  const size_t count = kept.end - kept.begin;
  for (size_t i = 0; i < count; ++i) {
    Offset& offset = encoding.offsets[encoding.offsets.size() - count + i];
    const std::string_view text = kept.text_of(kept.begin + i);
    const int32_t id = kept.tokens->ids()[kept.begin + i];
    const std::string_view token = state.added.find(id) != nullptr
                                       ? text.substr(offset.begin, offset.end - offset.begin)
                                       : state.model->token(id).value_or("");
    for (const OffsetTrim& trim : state.post_processor.trims) {
      const bool is_first = i == 0 && trim.is_at_start[kind == TemplatePiece::Kind::kFirst ? 0 : 1];
      offset = trimmed_offset(offset, text, token, is_first, trim);
    }
  }
}

// `with_words`: the buffers know the words of their tokens.
void add_piece(const State& state, const TemplatePiece& piece, const Kept& kept, const EncodeOptions& options,
               bool with_words, Encoding& encoding) {
  if (piece.kind == TemplatePiece::Kind::kSpecial) {
    if (!options.add_special_tokens) return;
    encoding.ids.insert(encoding.ids.end(), piece.ids.begin(), piece.ids.end());
  } else {
    const int32_t* ids = kept.tokens->ids();
    encoding.ids.insert(encoding.ids.end(), ids + kept.begin, ids + kept.end);
  }
  encoding.type_ids.resize(encoding.ids.size(), piece.type_id);
  const auto add_kept = [&](const auto& all, auto& to, auto of_special) {
    if (piece.kind != TemplatePiece::Kind::kSpecial) {
      to.insert(to.end(), all.begin() + static_cast<std::ptrdiff_t>(kept.begin),
                all.begin() + static_cast<std::ptrdiff_t>(kept.end));
    }
    to.resize(encoding.ids.size(), of_special);
  };
  if (options.with_offsets) {
    add_kept(kept.tokens->offsets, encoding.offsets, Offset{});
    if (piece.kind != TemplatePiece::Kind::kSpecial) trim_offsets(state, piece.kind, kept, encoding);
  }
  if (with_words) add_kept(kept.tokens->words, encoding.word_ids, -1);
}

size_t token_limit(const State& state, bool is_pair, const EncodeOptions& options) {
  if (options.max_length == kNoLimit || options.truncation == TruncationStrategy::kDoNotTruncate) return kNoLimit;
  const size_t num_special = options.add_special_tokens ? state.post_processor.num_special(is_pair) : 0;
  if (options.max_length < num_special) {
    throw Error(ErrorKind::kUsage,
                fmt::format("a maximum length of {} tokens has no room for the {} special tokens", options.max_length,
                            num_special),
                "raise the maximum length");
  }
  return options.max_length - num_special;
}

// Truncates the tokens in the buffers and applies the template.
Encoding assemble(const State& state, const Scratch& buffers, const Texts& texts, bool is_pair, bool with_words,
                  const EncodeOptions& options) {
  const size_t limit = token_limit(state, is_pair, options);
  const Side side = options.truncation_side.value_or(state.spec.truncation_side);
  const PairLengths lengths{buffers.first.size(), buffers.second.size()};
  const PairLengths kept = truncated_lengths(lengths, is_pair, limit, options.truncation);
  const Kept first_kept = keep(buffers.first, kept.first, side, texts.first, texts);
  const Kept second_kept = keep(buffers.second, kept.second, side, texts.second, texts);
  Encoding encoding;
  encoding.num_cut = lengths.first + lengths.second - kept.first - kept.second;
  encoding.ids.reserve(kept.first + kept.second + state.post_processor.num_special(is_pair));
  encoding.type_ids.reserve(encoding.ids.capacity());
  for (const TemplatePiece& piece : is_pair ? state.post_processor.pair : state.post_processor.single) {
    add_piece(state, piece, piece.kind == TemplatePiece::Kind::kSecond ? second_kept : first_kept, options, with_words,
              encoding);
  }
  return encoding;
}

Encoding encode_texts(const State& state, std::string_view first, std::optional<std::string_view> second,
                      const EncodeOptions& options) {
  Scratch& buffers = scratch();
  buffers.first.clear();
  buffers.second.clear();
  check_text(first);
  tokenize(state, first, options.with_offsets, buffers.first);
  if (second) {
    check_text(*second);
    tokenize(state, *second, options.with_offsets, buffers.second);
  }
  return assemble(state, buffers, {first, second.value_or(""), {}}, second.has_value(), options.with_offsets, options);
}

// Throws if the model itself has made a special token of the text of one. Few models can: their pre-tokenizer or their
// merges keep such texts apart. Every model makes the token for unknown words, `unknown`, of some texts.
void check_plain_parts(const State& state, std::string_view text, std::span<const Offset> plain,
                       std::optional<int32_t> unknown, const TokenBuffer& tokens) {
  if (plain.empty()) return;
  const auto is_special = [&](int32_t id) {
    const AddedToken* token = state.added.find(id);
    return token != nullptr && token->special && id != unknown;
  };
  const std::vector<TextPiece> pieces = state.added.raw().split(text, plain);
  const auto num_found = std::count_if(pieces.begin(), pieces.end(), [&](const auto& p) { return is_special(p.id); });
  const auto count = std::count_if(tokens.ids(), tokens.ids() + tokens.size(), is_special);
  if (count == num_found) return;
  TokenBuffer located;
  tokenize(state, text, /*with_offsets=*/true, located, plain);
  for (size_t i = 0; i < located.size(); ++i) {
    const Offset& offset = located.offsets[i];
    const bool is_plain = std::any_of(plain.begin(), plain.end(), [&](const Offset& range) {
      return range.begin < offset.end && offset.begin < range.end;
    });
    if (!is_plain || !is_special(located.ids()[i])) continue;
    throw Error(ErrorKind::kInput,
                fmt::format("{}: the model makes the special token {} of a text", state.spec.source,
                            state.added.find(located.ids()[i])->content),
                "remove it from the text; or allow special tokens in texts with --allow-special");
  }
}

}  // namespace

Tokenizer Tokenizer::load(const std::filesystem::path& model_dir) {
  return Tokenizer(std::make_shared<const State>(read_tokenizer_folder(model_dir)));
}

Encoding Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  return encode_texts(*state_, text, std::nullopt, options);
}

Encoding Tokenizer::encode_with_plain_parts(std::string_view text, std::span<const Offset> plain,
                                            const EncodeOptions& options) const {
  Scratch& buffers = scratch();
  buffers.first.clear();
  buffers.second.clear();
  check_text(text);
  tokenize(*state_, text, options.with_offsets, buffers.first, plain);
  check_plain_parts(*state_, text, plain, unknown_id(), buffers.first);
  return assemble(*state_, buffers, {text, {}, {}}, /*is_pair=*/false, options.with_offsets, options);
}

Encoding Tokenizer::encode_pair(std::string_view first, std::string_view second, const EncodeOptions& options) const {
  return encode_texts(*state_, first, second, options);
}

Encoding Tokenizer::encode_words(std::span<const std::string> words, const EncodeOptions& options) const {
  Scratch& buffers = scratch();
  TokenBuffer& tokens = buffers.first;
  tokens.clear();
  buffers.second.clear();
  for (size_t i = 0; i < words.size(); ++i) {
    const size_t begin = tokens.size();
    check_text(words[i]);
    tokenize(*state_, words[i], options.with_offsets, tokens);
    tokens.words.resize(begin);
    tokens.words.resize(tokens.size(), static_cast<uint32_t>(i));
  }
  return assemble(*state_, buffers, {{}, {}, words}, /*is_pair=*/false, /*with_words=*/true, options);
}

std::string Tokenizer::decode(std::span<const int32_t> ids, bool skip_special_tokens) const {
  DecodeStream stream(*this, skip_special_tokens);
  std::string text;
  for (const int32_t id : ids) text += stream.put(id);
  return text + stream.finish();
}

int64_t Tokenizer::vocab_size() const { return state_->highest_id + 1; }

bool Tokenizer::has_token(int32_t id) const {
  return state_->added.find(id) != nullptr || state_->model->token(id).has_value();
}

std::string_view Tokenizer::token(int32_t id) const {
  if (const AddedToken* added = state_->added.find(id)) return added->content;
  if (const auto token = state_->model->token(id)) return *token;
  throw Error(ErrorKind::kInput, fmt::format("{}: no token has the id {}; the highest is {}", state_->spec.source, id,
                                             state_->highest_id));
}

std::optional<int32_t> Tokenizer::token_id(std::string_view token) const {
  if (const AddedToken* added = state_->added.find(token)) return added->id;
  return state_->model->token_id(token);
}

int32_t Tokenizer::pad_id() const {
  if (state_->pad_id) return *state_->pad_id;
  throw Error(ErrorKind::kInput, fmt::format("{}: the tokenizer has no padding token", state_->spec.source),
              "name one as pad_token in tokenizer_config.json");
}

std::optional<int32_t> Tokenizer::unknown_id() const {
  const Json unk_id = state_->spec.model.value("unk_id", Json());  // of Unigram
  if (unk_id.is_number_integer()) return unk_id.get<int32_t>();
  const auto found = state_->spec.model.find("unk_token");
  if (found == state_->spec.model.end() || !found->is_string()) return std::nullopt;
  return token_id(found->get_ref<const std::string&>());
}

std::optional<int32_t> Tokenizer::special_id(std::string_view name) const {
  const auto named = state_->spec.special_tokens.find(std::string(name));
  return named == state_->spec.special_tokens.end() ? std::nullopt : token_id(named->second);
}

const std::map<std::string, std::string>& Tokenizer::special_tokens() const { return state_->spec.special_tokens; }

bool Tokenizer::is_special(int32_t id) const {
  const AddedToken* added = state_->added.find(id);
  return added != nullptr && added->special;
}

bool Tokenizer::is_added(int32_t id) const { return state_->added.find(id) != nullptr && !state_->model->token(id); }

size_t Tokenizer::model_max_length() const { return state_->spec.model_max_length; }
size_t Tokenizer::num_special_tokens(bool pair) const { return state_->post_processor.num_special(pair); }
Side Tokenizer::padding_side() const { return state_->spec.padding_side; }

std::vector<Offset> to_character_offsets(std::string_view text, std::span<const Offset> byte_offsets) {
  std::vector<uint32_t> character(text.size() + 1);
  uint32_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    character[i] = count - (is_continuation(text[i]) && count > 0 ? 1 : 0);
    if (!is_continuation(text[i])) ++count;
  }
  character[text.size()] = count;
  std::vector<Offset> result;
  result.reserve(byte_offsets.size());
  for (const Offset& offset : byte_offsets) {
    check_internal(offset.begin <= text.size() && offset.end <= text.size(), "an offset is beyond its text");
    result.push_back({character[offset.begin], character[offset.end]});
  }
  return result;
}

}  // namespace hone::text
