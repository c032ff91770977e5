// As passing_bytes() of base/byte_scan.h, but with the processor's own instruction where there is one.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_scan.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace hone::data {

// Returns for each of the 64 bytes from `begin` on a bit: whether it passes the test. Bytes after the text do not.
template <typename Test>
inline uint64_t byte_bits(std::string_view text, size_t begin, const Test& test) {
#if defined(__SSE2__)
  using namespace byte_scan;
  const auto bits_at = [&](const char* block) {
    uint64_t bits = 0;
    for (size_t i = 0; i < kBlock / kNumLanes; ++i) {
      ByteLanes bytes;
      std::memcpy(&bytes, block + i * kNumLanes, kNumLanes);
      const ByteLanes result = test(bytes);
      bits |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(reinterpret_cast<__m128i>(result)))} << (kNumLanes * i);
    }
    return bits;
  };
  if (begin + kBlock <= text.size()) return bits_at(text.data() + begin);
  if (begin >= text.size()) return 0;
  // Reads the block at the end of the text again, which takes less time than a copy of the rest.
  if (text.size() >= kBlock) return bits_at(text.data() + text.size() - kBlock) >> (begin + kBlock - text.size());
  return bits_at(last_block(text, begin).data()) & ((uint64_t{1} << (text.size() - begin)) - 1);
#else
  return passing_bytes(text, begin, test);
#endif
}

}  // namespace hone::data
