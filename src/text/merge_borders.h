// Tells at which borders between characters a merge of BPE may happen. A word can be cut at any other
// border: its parts have the same tokens alone.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/utf8.h"

namespace hone::text {

class MergeBorders {
 public:
  MergeBorders() : bits_(kNumBits / 64) {}

  // Adds a merge of two tokens, given by their bytes.
  void add(std::string_view left, std::string_view right);

  // Returns false only if no merge joins the character that ends at `border` with the one that begins there. Both lie
  // in [begin, end), which is checked UTF-8.
  bool may_merge(const char* begin, const char* border, const char* end) const;

  // Cuts [begin, end) at the borders that no merge crosses, and calls use(begin, end) for each part.
  template <typename Use>
  void each_part(const char* begin, const char* end, const Use& use) const {
    Repetition known;
    for (const char* part_end = begin; begin < end; begin = part_end) {
      const char* last = part_end;
      do {
        last = part_end;
        next_code_point(part_end);
      } while (part_end < end && may_merge_at(begin, last, part_end, end, known));
      use(begin, part_end);
    }
  }

 private:
  // A character, and whether a merge may join it with itself.
  struct Repetition {
    const char* character = nullptr;
    bool may_merge = false;
  };

  static bool is_same(const char* a, const char* b, size_t length) {
    for (size_t i = 0; i < length; ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }

  // `last` is the character that ends at `border`. The result depends on the characters at the border only.
  bool may_merge_at(const char* begin, const char* last, const char* border, const char* end, Repetition& known) const {
    const auto length = static_cast<size_t>(border - last);
    if (static_cast<size_t>(end - border) < length || !is_same(last, border, length)) {
      return may_merge(begin, border, end);
    }
    if (known.character == nullptr || !is_same(known.character, last, length)) {
      known = {last, may_merge(begin, border, end)};
    }
    return known.may_merge;
  }

  static constexpr uint64_t kNumBits = uint64_t{1} << 20;

  // The bytes of one side of a border, at most four, from the border outwards.
  static uint64_t bit_of(uint32_t left, uint32_t right) {
    const uint64_t key = (uint64_t{left} << 32 | right) * 0x9E3779B97F4A7C15u;
    return (key ^ key >> 29) * 0xBF58476D1CE4E5B9u >> 44;
  }

  // A filter: a clear bit means that no merge has these bytes at the border.
  std::vector<uint64_t> bits_;
  std::array<std::array<bool, 5>, 5> has_lengths_{};  // of the left and right bytes of some merge
  // Bit n: some merge has n bytes of a longer character on this side, the one at the border is the index.
  std::array<uint8_t, 256> partial_lefts_{}, partial_rights_{};
};

}  // namespace hone::text
