#include "data/sketch_hashes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/vector_clones.h"
#include "data/shingles.h"

namespace hone::data {

namespace {

// A shingle is hashed as five symbols of 32 bits. A character of ASCII is its own symbol, so the first four are one
// word of the text's bytes; others are mixed before.
constexpr uint32_t kFirstFour = 0x9E3779B1U, kFifth = 0x85EBCA77U, kSymbolMixer = 0xC2B2AE3DU;

constexpr size_t kHashesInGroup = 8;  // hashes that are computed together
constexpr size_t kWindows = 32;       // shingles of ASCII that are read together

using WindowBytes = uint8_t __attribute__((vector_size(32)));
using WindowWords = uint32_t __attribute__((vector_size(32)));

// Also for WindowWords. The arguments are references, because only clones may pass vectors in registers.
template <typename Word>
[[gnu::always_inline]] inline void finish(Word& hash) {
  hash ^= hash >> 15;
  hash *= kSymbolMixer;
  hash = (hash ^ hash >> 16) >> 2;
}

// Gives each word four successive bytes, from byte kBegin of both halves on.
template <int kBegin>
[[gnu::always_inline]] inline void read_windows(const WindowBytes& bytes, WindowWords& windows) {
  constexpr int kLow = kBegin, kHigh = kBegin + 16;
  windows = reinterpret_cast<WindowWords>(
      __builtin_shufflevector(bytes, bytes, kLow, kLow + 1, kLow + 2, kLow + 3, kLow + 1, kLow + 2, kLow + 3, kLow + 4,
                              kLow + 2, kLow + 3, kLow + 4, kLow + 5, kLow + 3, kLow + 4, kLow + 5, kLow + 6, kHigh,
                              kHigh + 1, kHigh + 2, kHigh + 3, kHigh + 1, kHigh + 2, kHigh + 3, kHigh + 4, kHigh + 2,
                              kHigh + 3, kHigh + 4, kHigh + 5, kHigh + 3, kHigh + 4, kHigh + 5, kHigh + 6));
}

// Writes four hashes, and those of the shingles 16 bytes later.
template <int kBegin>
[[gnu::always_inline]] inline void hash_windows(const WindowBytes& bytes, const WindowBytes& next, uint32_t* hashes) {
  WindowWords first_four, fifth;
  read_windows<kBegin>(bytes, first_four);
  read_windows<kBegin>(next, fifth);
  WindowWords hash = first_four * kFirstFour + (fifth >> 24) * kFifth;
  finish(hash);
  const auto* halves = reinterpret_cast<const char*>(&hash);
  std::memcpy(hashes, halves, 16);
  std::memcpy(hashes + kWindows / 2, halves + 16, 16);
}

// Writes the hashes of the shingles that begin at each of num_blocks * kWindows bytes.
HONE_VECTOR_CLONES void hash_ascii(const uint8_t* __restrict bytes, size_t num_blocks, uint32_t* __restrict hashes) {
  for (size_t block = 0; block < num_blocks; ++block, bytes += kWindows, hashes += kWindows) {
    WindowBytes begin, next, middle, middle_next;
    std::memcpy(&begin, bytes, sizeof(WindowBytes));
    std::memcpy(&next, bytes + 1, sizeof(WindowBytes));
    std::memcpy(&middle, bytes + 12, sizeof(WindowBytes));
    std::memcpy(&middle_next, bytes + 13, sizeof(WindowBytes));
    hash_windows<0>(begin, next, hashes);
    hash_windows<4>(begin, next, hashes + 4);
    hash_windows<8>(begin, next, hashes + 8);
    hash_windows<0>(middle, middle_next, hashes + 12);
  }
}

uint32_t hash_of_symbols(std::span<const uint32_t> symbols) {
  uint32_t first_four = 0;
  for (size_t i = 0; i < std::min(symbols.size(), size_t{4}); ++i) {
    first_four += std::rotl(symbols[i], 8 * static_cast<int>(i));
  }
  uint32_t hash = first_four * kFirstFour + (symbols.size() > 4 ? symbols[4] * kFifth : 0);
  finish(hash);
  return hash;
}

// Writes hash_of_symbols() of the num_groups * kHashesInGroup shingles of five symbols.
HONE_VECTOR_CLONES void hash_symbol_groups(const uint32_t* __restrict symbols, size_t num_groups,
                                           uint32_t* __restrict hashes) {
  for (size_t group = 0; group < num_groups; ++group, symbols += kHashesInGroup, hashes += kHashesInGroup) {
    for (size_t i = 0; i < kHashesInGroup; ++i) {
      const uint32_t second = symbols[i + 1], third = symbols[i + 2], fourth = symbols[i + 3];
      const uint32_t first_four =
          symbols[i] + (second << 8 | second >> 24) + (third << 16 | third >> 16) + (fourth << 24 | fourth >> 8);
      uint32_t hash = first_four * kFirstFour + symbols[i + 4] * kFifth;
      finish(hash);
      hashes[i] = hash;
    }
  }
}

// The same for two symbols.
HONE_VECTOR_CLONES void hash_symbol_pairs(const uint32_t* __restrict symbols, size_t num_groups,
                                          uint32_t* __restrict hashes) {
  for (size_t group = 0; group < num_groups; ++group, symbols += kHashesInGroup, hashes += kHashesInGroup) {
    for (size_t i = 0; i < kHashesInGroup; ++i) {
      uint32_t hash = (symbols[i] + (symbols[i + 1] << 8 | symbols[i + 1] >> 24)) * kFirstFour;
      finish(hash);
      hashes[i] = hash;
    }
  }
}

// Writes the symbols of num_groups * kHashesInGroup characters.
HONE_VECTOR_CLONES void write_symbols(const char32_t* __restrict characters, size_t num_groups,
                                      uint32_t* __restrict symbols) {
  for (size_t group = 0; group < num_groups; ++group, characters += kHashesInGroup, symbols += kHashesInGroup) {
    for (size_t i = 0; i < kHashesInGroup; ++i) {
      const auto code = static_cast<uint32_t>(characters[i]);
      uint32_t mixed = code * kFifth;
      mixed = (mixed ^ mixed >> 15) * kSymbolMixer;
      symbols[i] = code < 0x80 ? code : mixed ^ mixed >> 16;
    }
  }
}

}  // namespace

void SketchHashes::hash_wide(const ComparedText& text) {
  const std::span<const char32_t> characters = text.wide();
  write_symbols(characters.data(), (characters.size() + kHashesInGroup - 1) / kHashesInGroup, symbols_.data());
  text.for_each_run([&](size_t begin, size_t end, bool is_chinese) {
    const size_t size = is_chinese ? kChineseShingleSize : kShingleSize;
    if (characters.size() < size) return;
    end = std::min(end, characters.size() - size + 1);
    if (begin >= end) return;
    const size_t num_groups = (end - begin) / kHashesInGroup;
    (is_chinese ? hash_symbol_pairs : hash_symbol_groups)(symbols_.data() + begin, num_groups,
                                                          hashes_.data() + num_hashes_);
    num_hashes_ += num_groups * kHashesInGroup;
    for (size_t at = begin + num_groups * kHashesInGroup; at < end; ++at) {
      hashes_[num_hashes_++] = hash_of_symbols(std::span(symbols_).subspan(at, size));
    }
  });
  if (num_hashes_ == 0) hashes_[num_hashes_++] = hash_of_symbols(std::span(symbols_).first(characters.size()));
}

std::span<const uint32_t> SketchHashes::of(const ComparedText& text) {
  num_hashes_ = 0;
  if (text.is_empty()) return {};
  if (const size_t most = text.size() + kWindows; hashes_.size() < most) {
    hashes_.resize(std::max(most, 2 * hashes_.size()));
  }
  if (text.is_ascii()) {
    // After a text shorter than a shingle follow bytes of 0.
    num_hashes_ = std::max(text.size(), kShingleSize) - kShingleSize + 1;
    hash_ascii(text.ascii().data(), (num_hashes_ + kWindows - 1) / kWindows, hashes_.data());
  } else {
    if (symbols_.size() < hashes_.size()) symbols_.resize(hashes_.size());
    hash_wide(text);
  }
  return {hashes_.data(), num_hashes_};
}

void SketchHashes::release_large() {
  constexpr size_t kMaxKeptBytes = size_t{4} << 20;
  if ((symbols_.capacity() + hashes_.capacity()) * sizeof(uint32_t) > kMaxKeptBytes) *this = SketchHashes();
}

}  // namespace hone::data
