// A limit for the parts of a tokenizer.json that lengthen a text: one after another, they could make a short text fill
// the memory.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>

#include "base/error.h"

namespace hone::text {

// No part of a real tokenizer comes near: NFKD makes at most 18 characters of one.
inline constexpr size_t kMaxTextGrowth = 32, kFreeTextGrowth = 1 << 16;

// Throws kInput, naming `source`, if a text of `before` characters or bytes has become too long.
inline void check_text_growth(size_t before, size_t after, const std::string& source) {
  if (after <= kFreeTextGrowth || (after - kFreeTextGrowth) / kMaxTextGrowth < before) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: a text of {} characters becomes longer than {}", source, before, after - 1),
              "the file is damaged; download the tokenizer again");
}

}  // namespace hone::text
