// Reads short words as 16 bytes at once, and caches their token ids in a small table for each thread.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "text/token_model.h"

namespace hone::text {

// Up to 16 bytes of a word, padded with zeros.
struct WordKey {
  static constexpr size_t kSize = 16;
  uint64_t low = 0, high = 0;

  WordKey() = default;
  // At most kSize bytes.
  WordKey(const char* bytes, size_t length) { std::memcpy(static_cast<void*>(this), bytes, length); }
  // Returns the key of a word of at most kSize - 1 bytes, which may contain zeros. Reads kSize bytes.
  static WordKey with_length(const char* bytes, size_t length) {
    constexpr int kShift = std::endian::native == std::endian::little ? 56 : 0;
    const WordKey keep(kKeep + kSize - length, kSize);
    WordKey key(bytes, kSize);
    key.low &= keep.low;
    key.high = (key.high & keep.high) | uint64_t{length} << kShift;
    return key;
  }
  friend bool operator==(const WordKey&, const WordKey&) = default;

  // From kKeep + kSize - n: n bytes of ones, then zeros.
  alignas(16) static constexpr char kKeep[2 * kSize] = {'\xFF', '\xFF', '\xFF', '\xFF', '\xFF', '\xFF', '\xFF', '\xFF',
                                                        '\xFF', '\xFF', '\xFF', '\xFF', '\xFF', '\xFF', '\xFF', '\xFF'};
};

// Reads the run of ASCII letters and digits at the start of the kSize bytes at `bytes`, in lower case if `lowercase`.
// Returns its length.
inline size_t read_word(const char* bytes, bool lowercase, WordKey& key) {
#ifdef __SSE2__
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m128i case_bit = _mm_set1_epi8(0x20);
  const __m128i folded = _mm_or_si128(text, case_bit);
  // Signed comparisons: bytes of 0x80 and up are negative, and so in neither range.
  const __m128i is_letter =
      _mm_and_si128(_mm_cmpgt_epi8(folded, _mm_set1_epi8('a' - 1)), _mm_cmplt_epi8(folded, _mm_set1_epi8('z' + 1)));
  const __m128i is_digit =
      _mm_and_si128(_mm_cmpgt_epi8(text, _mm_set1_epi8('0' - 1)), _mm_cmplt_epi8(text, _mm_set1_epi8('9' + 1)));
  const auto in_word = static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(is_letter, is_digit)));
  const auto length = static_cast<size_t>(std::countr_one(in_word));
  if (length > WordKey::kSize) __builtin_unreachable();  // a mask of 16 bytes has 16 bits
  const __m128i lower = lowercase ? _mm_or_si128(text, _mm_and_si128(is_letter, case_bit)) : text;
  const __m128i keep = _mm_loadu_si128(reinterpret_cast<const __m128i*>(WordKey::kKeep + WordKey::kSize - length));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&key), _mm_and_si128(lower, keep));
  return length;
#else
  char word[WordKey::kSize] = {};
  size_t length = 0;
  for (; length < WordKey::kSize; ++length) {
    const char folded = static_cast<char>(bytes[length] | 0x20);
    const bool is_letter = folded >= 'a' && folded <= 'z';
    if (!is_letter && (bytes[length] < '0' || bytes[length] > '9')) break;
    word[length] = lowercase && is_letter ? folded : bytes[length];
  }
  key = WordKey(word, WordKey::kSize);
  return length;
#endif
}

// A direct-mapped table: a word replaces the previous one in its slot. Each tokenizer marks its own entries.
class WordCache {
 public:
  static constexpr size_t kMaxIds = 6;

  struct Entry {
    WordKey key;
    uint64_t owner_and_count = 0;  // owner << 3 | number of ids
    int32_t ids[kMaxIds];
  };

  // Returns a new number for the entries of a tokenizer.
  static uint64_t next_owner() {
    static std::atomic<uint64_t> last{0};
    return ++last;
  }

  // Returns the cache of this thread.
  static WordCache& of_thread() {
    thread_local WordCache cache(14);
    return cache;
  }
  // Returns a larger cache of this thread, for models that take long for a word.
  static WordCache& large_of_thread() {
    thread_local WordCache cache(16);
    return cache;
  }

  Entry& slot(const WordKey& key) {
    const uint64_t mixed = (key.low ^ std::rotl(key.high, 29)) * 0x9E3779B97F4A7C15u;
    return entries_[mixed >> shift_];
  }

 private:
  explicit WordCache(int num_bits)
      : shift_(64 - num_bits), entries_(std::make_unique<Entry[]>(size_t{1} << num_bits)) {}

  int shift_;
  std::unique_ptr<Entry[]> entries_;
};

}  // namespace hone::text
