// A fast hash of bytes, with which equal texts are found. It is no protection against made collisions.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hone::data {

namespace byte_hash_parts {

constexpr std::array<uint64_t, 4> kSalts = {0x8F1BBCDC6ED9EBA1U, 0xCA62C1D65A827999U, 0x9E3779B97F4A7C15U,
                                            0xD1B54A32D192ED03U};
// Not one of kSalts, with which both halves of 16 bytes would be treated alike.
constexpr uint64_t kFirstSalt = 0xB5297A4D3F84D5B5U;

// Returns both halves of the product, added without carry.
inline uint64_t folded_product(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

template <typename Word>
inline uint64_t word_at(const char* p) {
  Word word;
  std::memcpy(&word, p, sizeof(Word));
  return word;
}

inline uint64_t with_16_bytes(uint64_t hash, uint64_t first, uint64_t second) {
  return folded_product(first ^ kFirstSalt, second ^ hash);
}

}  // namespace byte_hash_parts

inline uint64_t byte_hash(std::string_view bytes) {
  using namespace byte_hash_parts;
  const char* p = bytes.data();
  size_t left = bytes.size();
  // A product, because the length alone would look like a change of the first bytes.
  uint64_t hash = kSalts[1] * (left + 1);
  if (left >= 64) {
    std::array<uint64_t, 4> hashes = kSalts;  // products that do not wait for each other
    for (; left >= 64; p += 64, left -= 64) {
      for (size_t i = 0; i < hashes.size(); ++i) {
        hashes[i] = with_16_bytes(hashes[i], word_at<uint64_t>(p + 16 * i), word_at<uint64_t>(p + 16 * i + 8));
      }
    }
    hash ^= folded_product(hashes[0] ^ kSalts[2], hashes[1]) + folded_product(hashes[2] ^ kSalts[3], hashes[3]);
  }
  for (; left >= 16; p += 16, left -= 16) hash = with_16_bytes(hash, word_at<uint64_t>(p), word_at<uint64_t>(p + 8));
  uint64_t first = 0, second = 0;  // the last bytes, of which some may be read twice
  if (left >= 8) {
    first = word_at<uint64_t>(p);
    second = word_at<uint64_t>(p + left - 8);
  } else if (left >= 4) {
    first = word_at<uint32_t>(p);
    second = word_at<uint32_t>(p + left - 4);
  } else if (left > 0) {
    first = word_at<uint8_t>(p) | word_at<uint8_t>(p + left / 2) << 8;
    second = word_at<uint8_t>(p + left - 1);
  }
  return folded_product(with_16_bytes(hash, first, second) ^ kSalts[2], kSalts[3]);
}

}  // namespace hone::data
