// A word that the fast path cannot handle, because a byte has no token, goes to the model.
#include "text/byte_level_encoder.h"

#include <cstring>
#include <optional>

#include "base/utf8.h"
#include "text/byte_level.h"
#include "text/json_fields.h"

namespace hone::text {

namespace {

// How a pre-tokenizer splits into words of bytes.
struct ByteLevelSplit {
  WordEnd word_end;
  bool adds_space;
};

bool is_part(const Json& part, const char* type) { return part.is_object() && part.value("type", Json()) == type; }

// Returns the word ends of a Split that keeps every match as a word of its own, or null.
WordEnd isolated_pattern(const Json& part) {
  if (!is_part(part, "Split")) return nullptr;
  const Json behavior = part.value("behavior", Json());
  const bool is_inverted = bool_field(part, "invert", false, "");
  if (behavior != "Isolated" && !(behavior == "Removed" && is_inverted)) return nullptr;
  const Json pattern = part.value("pattern", Json());
  for (const SplitPatternRow& row : split_patterns()) {
    if (pattern.is_object() && pattern.value("Regex", Json()) == row.regex) return row.word_end;
  }
  return nullptr;
}

// The pre-tokenizer was made of the same JSON, so its fields have the right types.
std::optional<ByteLevelSplit> byte_level_split(const Json& pre_tokenizer) {
  if (is_part(pre_tokenizer, "ByteLevel")) {
    if (!bool_field(pre_tokenizer, "use_regex", true, "")) return std::nullopt;
    return ByteLevelSplit{gpt2_pattern().word_end, bool_field(pre_tokenizer, "add_prefix_space", true, "")};
  }
  if (!is_part(pre_tokenizer, "Sequence")) return std::nullopt;
  const Json& parts = pre_tokenizer.at("pretokenizers");
  if (parts.size() != 2 || !is_part(parts[1], "ByteLevel")) return std::nullopt;
  const bool changes_words =
      bool_field(parts[1], "use_regex", true, "") || bool_field(parts[1], "add_prefix_space", true, "");
  if (changes_words) return std::nullopt;
  const WordEnd word_end = isolated_pattern(parts[0]);
  if (word_end == nullptr) return std::nullopt;
  return ByteLevelSplit{word_end, false};
}

}  // namespace

std::unique_ptr<ByteLevelEncoder> ByteLevelEncoder::make(const Json& pre_tokenizer, const TokenModel& model) {
  const auto* bpe = dynamic_cast<const Bpe*>(&model);
  if (bpe == nullptr || !bpe->settings().continuing_prefix.empty() || !bpe->settings().end_suffix.empty()) {
    return nullptr;
  }
  const std::optional<ByteLevelSplit> split = byte_level_split(pre_tokenizer);
  if (!split) return nullptr;
  return std::make_unique<ByteLevelEncoder>(*bpe, split->word_end, split->adds_space);
}

ByteLevelEncoder::ByteLevelEncoder(const Bpe& model, WordEnd word_end, bool adds_space)
    : model_(model),
      word_end_(word_end),
      adds_space_(adds_space),
      word_owner_(WordCache::next_owner()),
      part_owner_(WordCache::next_owner()),
      byte_merges_(size_t{256} * 256) {
  for (size_t byte = 0; byte < byte_ids_.size(); ++byte) {
    byte_ids_[byte] = model.token_id(to_byte_characters(std::string(1, static_cast<char>(byte)))).value_or(-1);
    has_all_bytes_ = has_all_bytes_ && byte_ids_[byte] >= 0;
  }
  for (size_t i = 0; i < byte_merges_.size(); ++i) {
    byte_merges_[i] = model.merges().find(byte_ids_[i >> 8], byte_ids_[i & 0xFF]);
  }
  // The bytes of a token are known only if its id has no other token.
  can_cut_ = has_all_bytes_ && model.has_one_token_per_id();
  if (!can_cut_) return;
  const auto bytes_of = [&](int32_t id) { return from_byte_characters(model.token(id).value_or("")); };
  model.merges().for_each([&](int32_t left, int32_t right) { borders_.add(bytes_of(left), bytes_of(right)); });
}

void ByteLevelEncoder::encode(std::string_view text, TokenBuffer& tokens) const {
  if (!adds_space_ || text.empty() || text.front() == ' ') return encode_words(text, tokens);
  encode_words(" " + std::string(text), tokens);
}

struct ByteLevelEncoder::Batch {
  static constexpr size_t kMaxWords = 16;

  struct Item {
    Word word;
    WordKey key;
    WordCache::Entry* entry;  // null for a word that is too long for the cache
  };

  WordCache& cache;
  TokenBuffer& tokens;
  size_t size = 0;
  std::array<Item, kMaxWords> items;
};

void ByteLevelEncoder::encode_words(std::string_view text, TokenBuffer& tokens) const {
  Batch batch{WordCache::large_of_thread(), tokens};
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const Word word{p, word_end_(p, end), end, /*is_part=*/false};
    if (word.bytes().size() <= kMaxCached || !can_cut_ || find_whole(word.bytes())) {
      queue_word(word, batch);
    } else {
      queue_parts(word, batch);
    }
    p = word.end;
  }
  add_batch(batch);
}

// Cuts a word at the borders that no merge crosses.
void ByteLevelEncoder::queue_parts(const Word& word, Batch& batch) const {
  for (Word part{word.begin, word.begin, word.text_end, /*is_part=*/true}; part.begin < word.end;) {
    do {
      next_code_point(part.end);
    } while (part.end < word.end && borders_.may_merge(part.begin, part.end, word.end));
    queue_word(part, batch);
    part.begin = part.end;
  }
}

void ByteLevelEncoder::queue_word(const Word& word, Batch& batch) const {
  if (batch.size == Batch::kMaxWords) add_batch(batch);
  Batch::Item& item = batch.items[batch.size++];
  item.word = word;
  item.entry = nullptr;
  const size_t length = word.bytes().size();
  if (length > kMaxCached) return;
  if (static_cast<size_t>(word.text_end - word.begin) >= WordKey::kSize) {
    item.key = WordKey::with_length(word.begin, length);
  } else {
    char padded[WordKey::kSize] = {};
    std::memcpy(padded, word.begin, length);
    item.key = WordKey::with_length(padded, length);
  }
  item.entry = &batch.cache.slot(item.key);
  __builtin_prefetch(item.entry);
  __builtin_prefetch(reinterpret_cast<const char*>(item.entry + 1) - 1);
}

void ByteLevelEncoder::add_batch(Batch& batch) const {
  for (size_t i = 0; i < batch.size; ++i) {
    const Batch::Item& item = batch.items[i];
    if (item.entry == nullptr) {
      add_uncached(item.word, batch.tokens);
    } else {
      add_cached(item.word, item.key, *item.entry, batch.tokens);
    }
  }
  batch.size = 0;
}

void ByteLevelEncoder::add_cached(const Word& word, const WordKey& key, WordCache::Entry& entry,
                                  TokenBuffer& tokens) const {
  const uint64_t owner = word.is_part ? part_owner_ : word_owner_;
  if (entry.key == key && entry.owner_and_count >> 3 == owner) {
    std::memcpy(tokens.reserve(WordCache::kMaxIds), entry.ids, sizeof(entry.ids));
    tokens.add(entry.owner_and_count & 7);
    return;
  }
  const size_t before = tokens.size();
  add_uncached(word, tokens);
  const size_t count = tokens.size() - before;
  if (count > WordCache::kMaxIds) return;
  entry.key = key;
  entry.owner_and_count = owner << 3 | count;
  for (size_t i = 0; i < count; ++i) entry.ids[i] = tokens.ids()[before + i];
}

void ByteLevelEncoder::add_uncached(const Word& word, TokenBuffer& tokens) const {
  if (!has_all_bytes_) return add_by_model(to_byte_characters(word.bytes()), tokens);
  if (!word.is_part) {
    if (const std::optional<int32_t> id = find_whole(word.bytes())) return tokens.push(*id);
  }
  add_merged(word.bytes(), tokens);
}

// Returns the token of a whole word if the model ignores merges for it.
std::optional<int32_t> ByteLevelEncoder::find_whole(std::string_view word) const {
  if (!model_.settings().ignore_merges) return std::nullopt;
  return model_.token_id(to_byte_characters(word));
}

void ByteLevelEncoder::add_merged(std::string_view word, TokenBuffer& tokens) const {
  if (word.size() <= ShortWord::kMaxSymbols) return add_short_word(word, tokens);
  add_long_word(word, tokens);
}

void ByteLevelEncoder::add_short_word(std::string_view word, TokenBuffer& tokens) const {
  ShortWord merged;
  for (size_t i = 0; i < word.size(); ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    merged.add({byte_ids_[byte], 1});
    if (i + 1 < word.size()) merged.merges[i] = byte_merges_[byte << 8 | static_cast<unsigned char>(word[i + 1])];
  }
  merged.merge_all(model_.merges());
  for (size_t i = 0; i < merged.size; ++i) tokens.push(merged.symbols[i].id);
}

void ByteLevelEncoder::add_long_word(std::string_view word, TokenBuffer& tokens) const {
  thread_local LongWord merger;
  std::vector<Symbol> symbols;
  symbols.reserve(word.size());
  for (char c : word) symbols.push_back({byte_ids_[static_cast<unsigned char>(c)], 1});
  merger.merge_all(model_.merges(), symbols);
  for (const Symbol& symbol : symbols) tokens.push(symbol.id);
}

void ByteLevelEncoder::add_by_model(std::string_view characters, TokenBuffer& tokens) const {
  std::vector<Token> word_tokens;
  model_.tokenize(characters, word_tokens);
  for (const Token& token : word_tokens) tokens.push(token.id);
}

}  // namespace hone::text
