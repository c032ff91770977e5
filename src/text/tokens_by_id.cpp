#include "text/tokens_by_id.h"

#include <algorithm>
#include <numeric>

namespace hone::text {

TokensById::TokensById(const std::vector<VocabularyEntry>& vocabulary) : vocabulary_(vocabulary) {
  add_all();
  sort_by_id();
}

void TokensById::add_all() {
  order_.resize(vocabulary_.size());
  std::iota(order_.rbegin(), order_.rend(), uint32_t{0});
}

// Keeps the first of the entries with one id, which is the later one of the vocabulary.
void TokensById::sort_by_id() {
  const auto id = [&](uint32_t i) { return vocabulary_[i].second; };
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
