// Pads as tokenizers does.
#include "text/padding.h"

#include <algorithm>

#include "base/error.h"

namespace hone::text {

namespace {

template <typename T>
void pad_values(std::vector<T>& values, size_t count, T value, Side side) {
  values.insert(side == Side::kRight ? values.end() : values.begin(), count, value);
}

size_t padded_length(std::span<const Encoding> encodings, const PaddingOptions& options) {
  size_t length = options.length;
  if (length == 0) {
    for (const Encoding& encoding : encodings) length = std::max(length, encoding.ids.size());
  }
  const size_t multiple = std::max<size_t>(options.multiple_of, 1);
  return (length + multiple - 1) / multiple * multiple;
}

}  // namespace

std::vector<std::vector<uint8_t>> pad(const Tokenizer& tokenizer, std::span<Encoding> encodings,
                                      const PaddingOptions& options) {
  const size_t length = padded_length(encodings, options);
  const Side side = options.side.value_or(tokenizer.padding_side());
  const int32_t pad_id = tokenizer.pad_id();
  std::vector<std::vector<uint8_t>> masks;
  for (Encoding& encoding : encodings) {
    const size_t missing = length - std::min(length, encoding.ids.size());
    std::vector<uint8_t>& mask = masks.emplace_back(encoding.ids.size(), uint8_t{1});
    pad_values(mask, missing, uint8_t{0}, side);
    const bool has_offsets = encoding.offsets.size() == encoding.ids.size();
    const bool has_words = encoding.word_ids.size() == encoding.ids.size();
    pad_values(encoding.ids, missing, pad_id, side);
    pad_values(encoding.type_ids, missing, uint8_t{0}, side);
    if (has_offsets) pad_values(encoding.offsets, missing, Offset{}, side);
    if (has_words) pad_values(encoding.word_ids, missing, -1, side);
  }
  return masks;
}

}  // namespace hone::text
