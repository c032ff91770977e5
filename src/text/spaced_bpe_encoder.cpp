// The words keep their spaces; only tokens contain U+2581. A U+2581 of the text is replaced by a space first.
#include "text/spaced_bpe_encoder.h"

#include "base/utf8.h"
#include "text/metaspace.h"

namespace hone::text {

namespace {

constexpr std::string_view kReplacedSpace = "\xE2\x96\x81";  // U+2581
constexpr char32_t kReplacedSpaceCode = 0x2581;

std::string with_spaces(std::string_view text) {
  std::string result(text);
  for (size_t at = 0; (at = result.find(kReplacedSpace, at)) != std::string::npos; ++at) {
    result.replace(at, kReplacedSpace.size(), " ");
  }
  return result;
}

bool has_type(const Json& part, const char* type) { return part.is_object() && part.value("type", Json()) == type; }

bool is_space_pattern(const Json& part) {
  const Json pattern = part.value("pattern", Json());
  return pattern.is_object() && pattern.value("String", Json()) == " ";
}

bool replaces_spaces(const Json& part) {
  return has_type(part, "Replace") && is_space_pattern(part) && part.value("content", Json()) == kReplacedSpace;
}

// After the normalizer no space is left to split at.
bool keeps_whole(const Json& pre_tokenizer) {
  return pre_tokenizer.is_null() ||
         (has_type(pre_tokenizer, "Split") && is_space_pattern(pre_tokenizer) && !pre_tokenizer.value("invert", false));
}

}  // namespace

std::optional<SpacedBpeEncoder::Spacing> SpacedBpeEncoder::spacing_of(const Json& normalizer,
                                                                      const Json& pre_tokenizer) {
  if (normalizer.is_null() && has_type(pre_tokenizer, "Metaspace")) {
    const MetaspaceSettings settings = metaspace_settings(pre_tokenizer, "tokenizer.json");
    if (settings.replacement != kReplacedSpaceCode) return std::nullopt;
    Spacing spacing{Prefix::kNever, settings.splits};
    if (settings.scheme == PrependScheme::kAlways) spacing.prefix = Prefix::kUnlessSpace;
    if (settings.scheme == PrependScheme::kFirst) spacing.prefix = Prefix::kUnlessSpaceAtStart;
    return spacing;
  }
  if (!keeps_whole(pre_tokenizer)) return std::nullopt;
  if (replaces_spaces(normalizer)) return Spacing{};
  if (!has_type(normalizer, "Sequence")) return std::nullopt;
  const Json& parts = normalizer.at("normalizers");
  const bool is_known = parts.size() == 2 && has_type(parts[0], "Prepend") &&
                        parts[0].value("prepend", Json()) == kReplacedSpace && replaces_spaces(parts[1]);
  return is_known ? std::optional(Spacing{Prefix::kAlways, false}) : std::nullopt;
}

std::unique_ptr<SpacedBpeEncoder> SpacedBpeEncoder::make(const Json& normalizer, const Json& pre_tokenizer,
                                                         const TokenModel& model) {
  const auto* bpe = dynamic_cast<const Bpe*>(&model);
  if (bpe == nullptr) return nullptr;
  const Bpe::Settings& settings = bpe->settings();
  const bool is_plain = settings.continuing_prefix.empty() && settings.end_suffix.empty() && settings.byte_fallback &&
                        !settings.ignore_merges && bpe->has_one_token_per_id();
  if (!is_plain) return nullptr;
  const std::optional<Spacing> spacing = spacing_of(normalizer, pre_tokenizer);
  if (!spacing) return nullptr;
  std::unique_ptr<SpacedBpeEncoder> encoder(new SpacedBpeEncoder(*bpe, *spacing));
  return encoder->read_tokens() ? std::move(encoder) : nullptr;
}

SpacedBpeEncoder::SpacedBpeEncoder(const Bpe& model, Spacing spacing) : model_(model), spacing_(spacing) {}

// Returns false if a byte or U+2581 has no token, or if bytes take part in merges.
bool SpacedBpeEncoder::read_tokens() {
  const auto num_ids = static_cast<size_t>(model_.highest_id() + 1);
  std::vector<std::string> texts(num_ids);
  std::vector<GreedyBpe::Unit> units;
  lengths_.resize(num_ids);
  for (size_t id = 0; id < num_ids; ++id) {
    const std::optional<std::string_view> token = model_.token(static_cast<int32_t>(id));
    if (!token) continue;
    texts[id] = with_spaces(*token);
    lengths_[id] = static_cast<uint32_t>(count_code_points(*token));
    // No text has a token with a space, because the space is replaced.
    if (lengths_[id] == 1 && *token != " ") units.emplace_back(texts[id], static_cast<int32_t>(id));
  }
  for (size_t byte = 0; byte < byte_ids_.size(); ++byte) {
    const std::optional<int32_t> id = model_.token_id(fmt::format("<0x{:02X}>", byte));
    if (!id) return false;
    byte_ids_[byte] = *id;
    lengths_[static_cast<size_t>(*id)] = 0;
  }
  for (size_t code = 0; code < ascii_ids_.size(); ++code) {
    const std::string character(1, static_cast<char>(code));
    ascii_ids_[code] = model_.token_id(code == ' ' ? kReplacedSpace : std::string_view(character)).value_or(-1);
  }
  if (ascii_ids_[' '] < 0 || !read_merges(texts)) return false;
  greedy_ = GreedyBpe::make(model_.merges(), units, num_ids);
  return true;
}

bool SpacedBpeEncoder::read_merges(const std::vector<std::string>& texts) {
  bool has_bytes = false;
  model_.merges().for_each([&](int32_t left, int32_t right) {
    for (const int32_t id : {left, right, model_.merges().find(left, right).id}) {
      has_bytes = has_bytes || lengths_[static_cast<size_t>(id)] == 0;
    }
    const std::string &before = texts[static_cast<size_t>(left)], &after = texts[static_cast<size_t>(right)];
    borders_.add(before, after);
    joins_before_space_ = joins_before_space_ || (after.starts_with(' ') && !before.ends_with(' '));
  });
  return !has_bytes;
}

bool SpacedBpeEncoder::adds_prefix(std::string_view text, uint32_t begin) const {
  switch (spacing_.prefix) {
    case Prefix::kNever:
      return false;
    case Prefix::kAlways:
      return true;
    case Prefix::kUnlessSpaceAtStart:
      if (begin > 0) return false;
      [[fallthrough]];
    case Prefix::kUnlessSpace:
      return !text.starts_with(' ') && !text.starts_with(kReplacedSpace);
  }
  return false;
}

// Writes the offsets of tokens, in order. Each character of the words is one of the text, except for the prefix, which
// has the place of the first character.
class SpacedBpeEncoder::OffsetWriter {
 public:
  OffsetWriter(const std::vector<uint32_t>& lengths, std::string_view text, uint32_t begin, bool has_prefix,
               TokenBuffer& tokens)
      : lengths_(lengths), text_(text), place_(text.data()), begin_(begin), has_prefix_(has_prefix), tokens_(tokens) {}

  // Writes those of the tokens from number `before` on.
  void write(size_t before, uint32_t word) {
    for (size_t i = before; i < tokens_.size(); ++i) {
      const uint32_t length = lengths_[static_cast<size_t>(tokens_.ids()[i])];
      const char *const first = place_, *const end = length == 0 ? end_of_byte() : end_of(length);
      tokens_.push_offset({offset_of(first), offset_of(end)}, word);
    }
  }

 private:
  uint32_t offset_of(const char* p) const { return begin_ + static_cast<uint32_t>(p - text_.data()); }

  const char* end_of(uint32_t num_characters) {
    if (has_prefix_) {
      has_prefix_ = false;
      --num_characters;
      const char* end = place_;
      next_code_point(end);
      if (num_characters == 0) return end;
    }
    for (; num_characters > 0; --num_characters) next_code_point(place_);
    return place_;
  }

  // A byte has the place of its character, which the last of the bytes ends.
  const char* end_of_byte() {
    const char* end = place_;
    next_code_point(end);
    if (++num_bytes_ < end - place_) return end;
    num_bytes_ = 0;
    return place_ = end;
  }

  const std::vector<uint32_t>& lengths_;
  std::string_view text_;
  const char* place_;
  uint32_t begin_;
  bool has_prefix_;
  std::ptrdiff_t num_bytes_ = 0;  // of the character at place_ that have their offsets
  TokenBuffer& tokens_;
};

void SpacedBpeEncoder::encode(std::string_view text, uint32_t begin, bool with_offsets, TokenBuffer& tokens) const {
  if (text.empty()) return;
  const bool has_prefix = adds_prefix(text, begin);
  std::string changed;
  if (has_prefix || text.find(kReplacedSpace) != std::string_view::npos) {
    changed = (has_prefix ? " " : "") + with_spaces(text);
  }
  const std::string_view used = changed.empty() ? text : changed;
  const char *p = used.data(), *const end = p + used.size();
  WordBatch batch(owners_, end, tokens);
  OffsetWriter offsets(lengths_, text, begin, has_prefix, tokens);
  const auto encode_word = [this](const Word& word, TokenBuffer& to) { add_word(word.bytes(), to); };
  const auto write_offsets = [&](const Word& word, size_t before) {
    if (with_offsets) offsets.write(before, word.number);
  };
  const auto push = [&](const Word& word) { batch.push(word, encode_word, write_offsets); };
  for (uint32_t number = tokens.next_word(); p < end; number += spacing_.splits ? 1 : 0) {
    const char* const next = word_end(p, end);
    if (static_cast<size_t>(next - p) <= WordBatch::kMaxCached) {
      push({p, next, number, false});
    } else {
      borders_.each_part(p, next, [&](const char* a, const char* b) { push({a, b, number, false}); });
    }
    p = next;
  }
  batch.flush(encode_word, write_offsets);
}

// Returns the first place behind `begin` where the text can be cut before a space.
const char* SpacedBpeEncoder::word_end(const char* begin, const char* end) const {
  const char* p = begin + 1;
  if (spacing_.splits) {
    while (p < end && *p != ' ') ++p;
    return p;
  }
  for (p = begin; true;) {
    while (p < end && *p == ' ') ++p;
    while (p < end && *p != ' ') ++p;
    if (p == end || !joins_before_space_ || !borders_.may_merge(begin, p, end)) return p;
  }
}

// Returns the id of a character, or -1.
int32_t SpacedBpeEncoder::unit_of(std::string_view character) const {
  if (character.size() == 1) return ascii_ids_[static_cast<unsigned char>(character[0])];
  return model_.token_id(character).value_or(-1);
}

void SpacedBpeEncoder::add_word(std::string_view word, TokenBuffer& tokens) const {
  const char *known = word.data(), *const end = known + word.size();
  for (const char* p = known; p < end;) {
    const char* const begin = p;
    next_code_point(p);
    if (unit_of({begin, static_cast<size_t>(p - begin)}) >= 0) continue;
    add_known({known, static_cast<size_t>(begin - known)}, tokens);
    for (const char* byte = begin; byte < p; ++byte) tokens.push(byte_ids_[static_cast<unsigned char>(*byte)]);
    known = p;
  }
  add_known({known, static_cast<size_t>(end - known)}, tokens);
}

void SpacedBpeEncoder::add_known(std::string_view characters, TokenBuffer& tokens) const {
  if (greedy_ && characters.size() > ShortWord::kMaxSymbols) {
    thread_local std::vector<int32_t> ids;
    ids.clear();
    greedy_->encode(characters, ids);
    std::copy(ids.begin(), ids.end(), tokens.reserve(ids.size()));
    return tokens.add(ids.size());
  }
  ShortWord word;
  std::vector<Symbol> symbols;
  const bool is_short = characters.size() <= ShortWord::kMaxSymbols;
  for (const char *p = characters.data(), *const end = p + characters.size(); p < end;) {
    const char* const begin = p;
    next_code_point(p);
    const Symbol symbol{unit_of({begin, static_cast<size_t>(p - begin)}), static_cast<uint32_t>(p - begin)};
    if (is_short) {
      word.add(symbol);
    } else {
      symbols.push_back(symbol);
    }
  }
  if (is_short) {
    word.find_merges(model_.merges());
    word.merge_all(model_.merges());
    for (size_t i = 0; i < word.size; ++i) tokens.push(word.symbols[i].id);
    return;
  }
  thread_local LongWord long_word;
  long_word.merge_all(model_.merges(), symbols);
  for (const Symbol& symbol : symbols) tokens.push(symbol.id);
}

}  // namespace hone::text
