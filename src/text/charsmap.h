// SentencePiece's normalization: a double array that maps texts to their replacements. Follows the normalizer
// "Precompiled" of tokenizers, which looks up whole graphemes of up to 5 bytes, then single characters, and takes the
// replacement of the shortest known beginning for all of what it looked up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/normalizers.h"

namespace hone::text {

class Charsmap {
 public:
  // `bytes`: the size of the double array in bytes, the array, and the replacements, each ended by a zero byte.
  // `source` names the file in errors. Errors (kInput): bytes that do not hold these parts.
  Charsmap(std::string_view bytes, std::string source);

  // Returns the replacement of the shortest known beginning of `text`, or nullopt. Errors (kInput): an array that leads
  // outside of itself or into a character.
  std::optional<std::string_view> find(std::string_view text) const;

  // Errors: those of find(), and kInput for a text that becomes much longer.
  void normalize(NormalizedText& text) const;

 private:
  uint32_t unit(size_t position) const;

  std::string source_;
  std::vector<uint32_t> array_;
  std::string replacements_;
};

}  // namespace hone::text
