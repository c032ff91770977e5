// The fast path handles words of plain ASCII that end at an ASCII break or punctuation character. For other text
// (accents, control characters, Chinese) a BertSegment handles everything up to the next ASCII break.
#include "text/bert_encoder.h"

#include "base/utf8.h"
#include "text/bert_segment.h"

namespace hone::text {

namespace {

bool is_ascii_letter_or_digit(size_t c) {
  const size_t folded = c | 0x20;
  return (folded >= 'a' && folded <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

BertEncoder::BertEncoder(const BertNormalizerSettings& settings, const WordPiece& model)
    : model_(model), characters_(settings, model), lowercase_(settings.lowercase), owner_(WordCache::next_owner()) {
  fates_.fill(AsciiFate::kOther);
  for (size_t c = 0; c < 128; ++c) {
    const BertCharacters::Entry& entry = characters_.page(0).entries[c];
    if (is_ascii_letter_or_digit(c)) fates_[c] = AsciiFate::kInWord;
    if (entry.fate == BertCharacters::Fate::kBreak) fates_[c] = AsciiFate::kBreak;
    if (entry.fate != BertCharacters::Fate::kAlone || entry.id < 0) continue;
    fates_[c] = AsciiFate::kAlone;
    alone_ids_[c] = entry.id;
  }
}

void BertEncoder::encode(std::string_view text, TokenBuffer& tokens) const {
  WordCache& cache = WordCache::of_thread();
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    switch (fate(*p)) {
      case AsciiFate::kInWord:
        p = take_word(p, end, cache, tokens);
        break;
      case AsciiFate::kBreak:
        ++p;
        break;
      case AsciiFate::kAlone:
        tokens.push(alone_ids_[static_cast<unsigned char>(*p++)]);
        break;
      case AsciiFate::kOther:
        p = take_segment(p, end, tokens);
        break;
    }
  }
}

const char* BertEncoder::take_word(const char* p, const char* end, WordCache& cache, TokenBuffer& tokens) const {
  WordKey key;
  size_t length;
  if (static_cast<size_t>(end - p) >= WordKey::kSize) {
    length = read_word(p, lowercase_, key);
    if (length == WordKey::kSize) return take_long_word(p, end, tokens);
  } else {
    char padded[WordKey::kSize] = {};
    std::memcpy(padded, p, static_cast<size_t>(end - p));
    length = read_word(padded, lowercase_, key);
  }
  const char* const next = p + length;
  if (next < end && fate(*next) == AsciiFate::kOther) return take_segment(p, end, tokens);
  add_cached(key, length, cache, tokens);
  return next;
}

void BertEncoder::add_cached(const WordKey& key, size_t length, WordCache& cache, TokenBuffer& tokens) const {
  WordCache::Entry& entry = cache.slot(key);
  if (entry.key == key && entry.owner_and_count >> 3 == owner_) {
    std::memcpy(tokens.reserve(WordCache::kMaxIds), entry.ids, sizeof(entry.ids));
    tokens.add(entry.owner_and_count & 7);
    return;
  }
  std::vector<Token> word_tokens;
  model_.tokenize({reinterpret_cast<const char*>(&key), length}, word_tokens);
  for (const Token& token : word_tokens) tokens.push(token.id);
  if (word_tokens.size() > WordCache::kMaxIds) return;
  entry.key = key;
  entry.owner_and_count = owner_ << 3 | word_tokens.size();
  for (size_t i = 0; i < word_tokens.size(); ++i) entry.ids[i] = word_tokens[i].id;
}

const char* BertEncoder::take_long_word(const char* p, const char* end, TokenBuffer& tokens) const {
  const char* next = p;
  while (next < end && fate(*next) == AsciiFate::kInWord) ++next;
  if (next < end && fate(*next) == AsciiFate::kOther) return take_segment(p, end, tokens);
  std::string word(p, std::min<size_t>(static_cast<size_t>(next - p), model_.max_word_bytes() + 1));
  if (lowercase_) {
    for (char& c : word) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  }
  std::vector<Token> word_tokens;
  model_.tokenize(word, word_tokens);
  for (const Token& token : word_tokens) tokens.push(token.id);
  return next;
}

const char* BertEncoder::take_segment(const char* p, const char* end, TokenBuffer& tokens) const {
  BertSegment segment(characters_, model_, /*with_offsets=*/false, tokens);
  while (p < end) {
    const char32_t code = next_code_point(p);
    if (segment.take(code, {}) && code < 0x80) return p;
  }
  segment.finish();
  return end;
}

void BertEncoder::encode_with_offsets(std::string_view text, uint32_t begin, TokenBuffer& tokens) const {
  BertSegment segment(characters_, model_, /*with_offsets=*/true, tokens);
  for (const char* p = text.data(); p < text.data() + text.size();) {
    const auto first = begin + static_cast<uint32_t>(p - text.data());
    const char32_t code = next_code_point(p);
    segment.take(code, {first, begin + static_cast<uint32_t>(p - text.data())});
  }
  segment.finish();
}

}  // namespace hone::text
