// Between two plain characters a text can be cut, and its parts normalized by themselves. A run of characters among
// which others stand is a segment, which the whole normalizer sees.
#include "text/metaspace_encoder.h"

#include "base/utf8.h"
#include "text/metaspace.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

constexpr std::string_view kMetaspacePrefix = "\xE2\x96\x81";
constexpr char32_t kMetaspaceCharacter = 0x2581;
constexpr size_t kMaxCachedWord = WordKey::kSize - 1;

bool has_metaspace_words(const Json& pre_tokenizer) {
  const Json parts = pre_tokenizer.is_object() ? pre_tokenizer.value("pretokenizers", Json()) : Json();
  if (!parts.is_array() || parts.size() != 2 || parts[0].value("type", Json()) != "WhitespaceSplit" ||
      parts[1].value("type", Json()) != "Metaspace") {
    return false;
  }
  const MetaspaceSettings settings = metaspace_settings(parts[1], "tokenizer.json");
  return settings.replacement == kMetaspaceCharacter && settings.scheme == PrependScheme::kAlways && settings.splits;
}

// The normalized form of a short segment.
struct SegmentEntry {
  WordKey key;
  uint64_t owner = 0;
  uint8_t length = 0;
  char bytes[31] = {};
};

constexpr size_t kSegmentBits = 11;

SegmentEntry& segment_slot(const WordKey& key) {
  thread_local std::array<SegmentEntry, 1 << kSegmentBits> entries;
  const uint64_t mixed = (key.low ^ std::rotl(key.high, 29)) * 0x9E3779B97F4A7C15u;
  return entries[mixed >> (64 - kSegmentBits)];
}

}  // namespace

// Reads one text.
class MetaspaceEncoder::Run {
  using Fate = PlainCharacters::Fate;

 public:
  Run(const MetaspaceEncoder& encoder, std::string_view text, TokenBuffer& tokens)
      : encoder_(encoder), end_(text.data() + text.size()), tokens_(tokens) {
    word_ = kMetaspacePrefix;
  }

  void read(const char* p) {
    while (p < end_) {
      const char* const begin = p;
      const PlainCharacters::Entry& entry = next(p);
      const bool is_plain =
          entry.fate != Fate::kOther && (entry.fate != Fate::kPattern || last_fate_ != Fate::kPattern);
      if (!is_plain) {
        p = read_segment(last_begin_ == nullptr ? begin : last_begin_, begin);
        continue;
      }
      if (last_fate_ == Fate::kSpace) end_word();
      last_begin_ = begin;
      last_fate_ = entry.fate;
      size_before_last_ = word_.size();
      if (entry.fate == Fate::kSpace) continue;
      word_.append(entry.bytes, entry.length);
    }
    end_word();
  }

 private:
  // Reads a character.
  const PlainCharacters::Entry& next(const char*& p) const {
    const auto byte = static_cast<unsigned char>(*p);
    if (byte < 0x80) {
      ++p;
      last_code_ = byte;
      return encoder_.ascii_[byte];
    }
    last_code_ = next_code_point(p);
    return encoder_.characters_->at(last_code_);
  }

  // Counts equal kPattern characters that follow each other.
  struct PatternRun {
    char32_t code = 0;
    size_t count = 0;

    void add(Fate fate, char32_t added) {
      count = fate == Fate::kPattern && added == code ? count + 1 : 1;
      code = fate == Fate::kPattern ? added : 0;
    }
    bool is_even() const { return code != 0 && count % 2 == 0; }
  };

  // Returns the end of the segment from `begin`, whose character at `other` is not plain.
  const char* segment_end(const char* begin, const char* other) const {
    PatternRun run;
    Fate last = Fate::kOther;
    const char* end = begin;
    while (end <= other) {
      last = next(end).fate;
      run.add(last, last_code_);
    }
    if (last == Fate::kPattern) last = Fate::kOther;  // it stands beside another one
    while (end < end_) {
      const bool is_after_accent = last == Fate::kOther && last_code_ >= 0x300 && last_code_ < 0x370 &&
                                   encoder_.characters_->can_cut_after_accents();
      const bool is_after_doubles = run.is_even() && encoder_.characters_->replaces_only_doubles();
      const char* after = end;
      const Fate fate = next(after).fate;
      const bool is_plain_pair =
          last != Fate::kOther && fate != Fate::kOther && (last != Fate::kPattern || fate != Fate::kPattern);
      // A plain character begins a new grapheme after a mark such as an accent.
      if (is_plain_pair || ((is_after_accent || is_after_doubles) && fate != Fate::kOther)) break;
      run.add(fate, last_code_);
      last = fate;
      end = after;
    }
    return end;
  }

  const char* read_segment(const char* begin, const char* other) {
    if (begin < other) word_.resize(size_before_last_);
    last_begin_ = nullptr;
    last_fate_ = Fate::kText;
    const char* const end = segment_end(begin, other);
    const std::string_view segment(begin, static_cast<size_t>(end - begin));
    if (segment.size() > kMaxCachedWord) {
      add_normalized(segment);
      return end;
    }
    char padded[WordKey::kSize] = {};
    std::memcpy(padded, begin, segment.size());
    const WordKey key = WordKey::with_length(padded, segment.size());
    SegmentEntry& entry = segment_slot(key);
    if (entry.owner != encoder_.segment_owner_ || entry.key != key) {
      const std::string bytes = normalized(segment);
      if (bytes.size() > sizeof(entry.bytes)) {
        add_normalized(segment);
        return end;
      }
      entry.key = key;
      entry.owner = encoder_.segment_owner_;
      entry.length = static_cast<uint8_t>(bytes.size());
      std::memcpy(entry.bytes, bytes.data(), bytes.size());
    }
    add_characters({entry.bytes, entry.length});
    return end;
  }

  std::string normalized(std::string_view segment) const {
    NormalizedText text = to_normalized_text(segment);
    encoder_.normalizer_(text);
    return to_utf8(text);
  }

  void add_normalized(std::string_view segment) { add_characters(normalized(segment)); }

  // Appends normalized characters to the word, which ends at white space and before U+2581.
  void add_characters(std::string_view bytes) {
    for (const char *p = bytes.data(), *const end = p + bytes.size(); p < end;) {
      const char* const begin = p;
      const char32_t code = next_code_point(p);
      if (is_whitespace(code)) {
        end_word();
      } else if (code == kMetaspaceCharacter) {
        end_word();
        is_begun_ = true;
      } else {
        word_.append(begin, static_cast<size_t>(p - begin));
      }
    }
  }

  void end_word() {
    if (word_.size() > kMetaspacePrefix.size() || is_begun_) encoder_.add_word(word_, tokens_);
    word_.resize(kMetaspacePrefix.size());
    is_begun_ = false;
  }

  const MetaspaceEncoder& encoder_;
  const char* end_;
  TokenBuffer& tokens_;
  std::string word_;       // U+2581 and the characters
  bool is_begun_ = false;  // U+2581 stands in the text, so that the word is one even without more characters
  // The last plain character, if none was read since; its word ends only when the next character is known.
  const char* last_begin_ = nullptr;
  Fate last_fate_ = Fate::kText;
  size_t size_before_last_ = 0;
  mutable char32_t last_code_ = 0;  // that next() read
};

MetaspaceEncoder::MetaspaceEncoder(std::unique_ptr<PlainCharacters> characters, const Normalizer& normalizer,
                                   const Unigram& model)
    : characters_(std::move(characters)),
      normalizer_(normalizer),
      model_(model),
      word_owner_(WordCache::next_owner()),
      segment_owner_(WordCache::next_owner()) {
  for (size_t code = 0; code < ascii_.size(); ++code) ascii_[code] = characters_->at(static_cast<char32_t>(code));
}

std::unique_ptr<MetaspaceEncoder> MetaspaceEncoder::make(const Json& normalizer_spec, const Json& pre_tokenizer,
                                                         const Normalizer& normalizer, const TokenModel& model,
                                                         const std::string& source) {
  const auto* unigram = dynamic_cast<const Unigram*>(&model);
  if (unigram == nullptr || !has_metaspace_words(pre_tokenizer)) return nullptr;
  std::unique_ptr<PlainCharacters> characters = PlainCharacters::make(normalizer_spec, source);
  if (characters == nullptr) return nullptr;
  return std::unique_ptr<MetaspaceEncoder>(new MetaspaceEncoder(std::move(characters), normalizer, *unigram));
}

void MetaspaceEncoder::encode(std::string_view text, TokenBuffer& tokens) const {
  Run(*this, text, tokens).read(text.data());
}

void MetaspaceEncoder::add_by_model(std::string_view word, TokenBuffer& tokens) const {
  thread_local std::vector<Token> word_tokens;
  word_tokens.clear();
  model_.tokenize(word, word_tokens);
  int32_t* ids = tokens.reserve(word_tokens.size());
  for (const Token& token : word_tokens) *ids++ = token.id;
  tokens.add(word_tokens.size());
}

// `word` begins with U+2581.
void MetaspaceEncoder::add_word(std::string& word, TokenBuffer& tokens) const {
  const size_t length = word.size() - kMetaspacePrefix.size();
  if (length > kMaxCachedWord) return add_by_model(word, tokens);
  word.reserve(kMetaspacePrefix.size() + WordKey::kSize);  // the key reads that many bytes
  const WordKey key = WordKey::with_length(word.data() + kMetaspacePrefix.size(), length);
  WordCache::Entry& entry = WordCache::large_of_thread().slot(key);
  if (entry.owner_and_count >> 3 != word_owner_ || entry.key != key) {
    const size_t first = tokens.size();
    add_by_model(word, tokens);
    const size_t count = tokens.size() - first;
    if (count > WordCache::kMaxIds) return;
    entry.key = key;
    entry.owner_and_count = word_owner_ << 3 | count;
    std::memcpy(entry.ids, tokens.ids() + first, count * sizeof(int32_t));
    return;
  }
  std::memcpy(tokens.reserve(WordCache::kMaxIds), entry.ids, sizeof(entry.ids));
  tokens.add(entry.owner_and_count & 7);
}

}  // namespace hone::text
