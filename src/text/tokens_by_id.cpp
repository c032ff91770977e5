#include "text/tokens_by_id.h"

#include <algorithm>

namespace hone::text {

TokensById::TokensById(const std::vector<VocabularyEntry>& vocabulary)
    : vocabulary_(vocabulary), order_(vocabulary.size()) {
  for (size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<uint32_t>(order_.size() - 1 - i);
  const auto id = [&](uint32_t i) { return vocabulary[i].second; };
  std::stable_sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) { return id(a) < id(b); });
  order_.erase(std::unique(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) { return id(a) == id(b); }),
               order_.end());
}

std::optional<std::string_view> TokensById::find(int32_t id) const {
  const auto found = std::lower_bound(order_.begin(), order_.end(), id,
                                      [&](uint32_t entry, int32_t value) { return vocabulary_[entry].second < value; });
  if (found == order_.end() || vocabulary_[*found].second != id) return std::nullopt;
  return vocabulary_[*found].first;
}

}  // namespace hone::text
