// Searches bytes in blocks with vectors of g++ and clang.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hone {

// Each operation works on all bytes: byte == '"' is 0xFF or 0 for each of them, and b | c joins two such tests.
using ByteLanes = uint8_t __attribute__((vector_size(16)));

// Returns lanes of 0xFF for the bytes from `first` to `last`.
inline ByteLanes in_byte_range(ByteLanes bytes, uint8_t first, uint8_t last) {
  return reinterpret_cast<ByteLanes>(static_cast<ByteLanes>(bytes - first) <= static_cast<uint8_t>(last - first));
}
inline ByteLanes equals_byte(ByteLanes bytes, uint8_t byte) { return reinterpret_cast<ByteLanes>(bytes == byte); }

namespace byte_scan {

static_assert(std::endian::native == std::endian::little);
constexpr size_t kBlock = 64, kNumLanes = sizeof(ByteLanes);
using Block = std::array<uint64_t, kBlock / 8>;

// Returns the result of the test for each byte of a block.
template <typename Test>
inline Block tested(const char* block, const Test& test) {
  Block results;
  for (size_t i = 0; i < kBlock / kNumLanes; ++i) {
    ByteLanes bytes;
    std::memcpy(&bytes, block + i * kNumLanes, kNumLanes);
    const ByteLanes result = test(bytes);
    std::memcpy(results.data() + i * kNumLanes / 8, &result, kNumLanes);
  }
  return results;
}

// Returns a bit for each byte of a block.
inline uint64_t bits_of(const Block& results) {
  uint64_t bits = 0;
  for (size_t word = 0; word < results.size(); ++word) {
    // The product moves the lowest bit of byte i to bit 56 + i.
    bits |= ((results[word] & 0x0101010101010101U) * 0x0102040810204080U >> 56) << (8 * word);
  }
  return bits;
}

inline bool has_any(const Block& results) {
  uint64_t any = 0;
  for (const uint64_t word : results) any |= word;
  return any != 0;
}

// Returns the place of the first byte that passed, or kBlock.
inline size_t first_place(const Block& results) {
  for (size_t word = 0; word < results.size(); ++word) {
    if (results[word] != 0) return word * 8 + static_cast<size_t>(std::countr_zero(results[word])) / 8;
  }
  return kBlock;
}

// A block of the bytes from `begin` on, filled up with the last one. There is at least one.
inline std::array<char, kBlock> last_block(std::string_view text, size_t begin) {
  std::array<char, kBlock> block;
  block.fill(text.back());
  std::memcpy(block.data(), text.data() + begin, text.size() - begin);
  return block;
}

}  // namespace byte_scan

// Returns the position of the first byte at or after `begin` that passes the test, or text.size(). `test` takes and
// returns ByteLanes.
template <typename Test>
inline size_t find_byte(std::string_view text, size_t begin, const Test& test) {
  using namespace byte_scan;
  for (; begin + kBlock <= text.size(); begin += kBlock) {
    const Block results = tested(text.data() + begin, test);
    if (has_any(results)) return begin + first_place(results);
  }
  if (begin >= text.size()) return text.size();
  return std::min(text.size(), begin + first_place(tested(last_block(text, begin).data(), test)));
}

// Returns for each of the 64 bytes from `begin` on a bit: whether it passes the test. Bytes after the text do not.
template <typename Test>
inline uint64_t passing_bytes(std::string_view text, size_t begin, const Test& test) {
  using namespace byte_scan;
  if (begin + kBlock <= text.size()) return bits_of(tested(text.data() + begin, test));
  if (begin >= text.size()) return 0;
  const uint64_t in_text = (uint64_t{1} << (text.size() - begin)) - 1;
  return bits_of(tested(last_block(text, begin).data(), test)) & in_text;
}
inline constexpr size_t kPassingBytes = byte_scan::kBlock;

template <typename Test>
inline bool has_byte(std::string_view text, const Test& test) {
  return find_byte(text, 0, test) < text.size();
}

// Returns the number of bytes that pass the test.
template <typename Test>
inline size_t count_bytes(std::string_view text, const Test& test) {
  using namespace byte_scan;
  size_t count = 0, at = 0;
  for (; at + kBlock <= text.size(); at += kBlock) {
    uint64_t sums = 0;  // of eight bytes, each at most 8
    for (const uint64_t word : tested(text.data() + at, test)) sums += word & 0x0101010101010101U;
    count += sums * 0x0101010101010101U >> 56;
  }
  for (; at < text.size(); ++at) {
    const ByteLanes byte = ByteLanes{} + static_cast<uint8_t>(text[at]);
    count += static_cast<size_t>(test(byte)[0] & 1);
  }
  return count;
}

inline ByteLanes is_beyond_ascii(ByteLanes bytes) { return in_byte_range(bytes, 0x80, 0xFF); }
inline bool is_all_ascii(std::string_view text) { return !has_byte(text, is_beyond_ascii); }

}  // namespace hone
