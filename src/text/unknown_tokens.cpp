#include "text/unknown_tokens.h"

#include <fmt/format.h>

#include <algorithm>

namespace hone::text {

void UnknownTokens::add(const UnknownTokens& other) {
  unknown += other.unknown;
  total += other.total;
}

std::string UnknownTokens::note() const {
  const double percent = total == 0 ? 0 : 100 * static_cast<double>(unknown) / static_cast<double>(total);
  return fmt::format(
      "{} of {} tokens ({:.1f} %) are unknown to the tokenizer ([UNK]): the model may not know this language or "
      "script, "
      "and its predictions may mean little",
      unknown, total, percent);
}

UnknownTokens count_unknown_tokens(const Tokenizer& tokenizer, std::span<const int32_t> ids, size_t num_special) {
  UnknownTokens count;
  if (const auto unknown = tokenizer.unknown_id()) {
    count.unknown = static_cast<uint64_t>(std::count(ids.begin(), ids.end(), *unknown));
    count.total = ids.size() - std::min(ids.size(), num_special);
  }
  return count;
}

}  // namespace hone::text
