#include "text/word_table.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <tuple>

#include "base/error.h"

namespace hone::text {

uint64_t WordTable::hash_of(std::string_view word) { return std::hash<std::string_view>{}(word); }

void WordTable::add(std::string_view word, uint64_t hash, uint64_t count) {
  if ((entries_.size() + 1) * 2 > slots_.size()) grow();
  const size_t mask = slots_.size() - 1;
  const auto low = static_cast<uint32_t>(hash);
  size_t slot = low & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    Entry& entry = entries_[slots_[slot] - 1];
    if (entry.hash != low || entry.word() != word) continue;
    entry.count += count;
    return;
  }
  entries_.push_back({keep(word), static_cast<uint32_t>(word.size()), low, count});
  slots_[slot] = static_cast<uint32_t>(entries_.size());
}

void WordTable::grow() {
  check_internal(entries_.size() < UINT32_MAX / 4, "a table of words is full");
  slots_.assign(std::max<size_t>(64, slots_.size() * 2), 0);
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < entries_.size(); ++i) {
    size_t slot = entries_[i].hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

const char* WordTable::keep(std::string_view word) {
  if (word.size() > kBlock / 4) {
    long_words_.push_back(std::make_unique_for_overwrite<char[]>(word.size()));
    std::memcpy(long_words_.back().get(), word.data(), word.size());
    return long_words_.back().get();
  }
  if (used_ + word.size() > kBlock) {
    if (num_used_blocks_ == blocks_.size()) blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlock));
    ++num_used_blocks_;
    used_ = 0;
  }
  char* bytes = blocks_[num_used_blocks_ - 1].get() + used_;
  if (!word.empty()) std::memcpy(bytes, word.data(), word.size());
  used_ += word.size();
  return bytes;
}

void WordTable::clear() {
  entries_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
  long_words_.clear();
  num_used_blocks_ = 0;
  used_ = kBlock;
}

void WordTable::sort() {
  slots_ = {};
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.hash != b.hash ? a.hash < b.hash : a.word() < b.word(); });
}

}  // namespace hone::text
