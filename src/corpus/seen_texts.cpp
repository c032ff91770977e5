#include "corpus/seen_texts.h"

#include <charconv>

#include "base/sha256.h"

namespace hone::corpus {

SeenTexts::Hash SeenTexts::hash_of(std::string_view text) {
  const std::string hex = sha256(text);
  Hash hash;
  for (size_t i = 0; i < hash.size(); ++i) {
    const char* const digits = hex.data() + 16 * i;
    std::from_chars(digits, digits + 16, hash[i], 16);
  }
  if (hash == Hash{}) hash[0] = 1;
  return hash;
}

SeenTexts::Hash& SeenTexts::slot_of(std::vector<Hash>& slots, const Hash& hash) {
  const size_t mask = slots.size() - 1;
  size_t at = hash[0] & mask;
  while (slots[at] != Hash{} && slots[at] != hash) at = (at + 1) & mask;
  return slots[at];
}

void SeenTexts::grow() {
  std::vector<Hash> larger(slots_.size() * 2);
  for (const Hash& hash : slots_) {
    if (hash != Hash{}) slot_of(larger, hash) = hash;
  }
  slots_ = std::move(larger);
}

bool SeenTexts::insert(std::string_view text) {
  if (2 * (size_ + 1) > slots_.size()) grow();
  const Hash hash = hash_of(text);
  Hash& slot = slot_of(slots_, hash);
  if (slot == hash) return false;
  slot = hash;
  ++size_;
  return true;
}

}  // namespace hone::corpus
