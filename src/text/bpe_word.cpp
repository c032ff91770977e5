#include "text/bpe_word.h"

#include <algorithm>
#include <functional>

namespace hone::text {

void ShortWord::find_merges(const MergeTable& table) {
  for (size_t i = 0; i + 1 < size; ++i) merges[i] = table.find(symbols[i].id, symbols[i + 1].id);
}

void ShortWord::merge_all(const MergeTable& table) {
  while (size > 1) {
    size_t lowest = 0;
    for (size_t i = 1; i + 1 < size; ++i) lowest = merges[i].rank < merges[lowest].rank ? i : lowest;
    if (merges[lowest].rank == Merge::kNever) return;
    Symbol& merged = symbols[lowest];
    merged = {merges[lowest].id, merged.length + symbols[lowest + 1].length};
    std::copy(symbols + lowest + 2, symbols + size, symbols + lowest + 1);
    std::copy(merges + std::min(lowest + 2, size - 1), merges + size - 1, merges + lowest + 1);
    --size;
    if (lowest > 0) merges[lowest - 1] = table.find(symbols[lowest - 1].id, merged.id);
    if (lowest + 1 < size) merges[lowest] = table.find(merged.id, symbols[lowest + 1].id);
  }
}

void LongWord::find_merge(const MergeTable& table, uint32_t position) {
  Link& link = links_[position];
  link.merge = link.next == kNone ? Merge{} : table.find(link.symbol.id, links_[link.next].symbol.id);
  if (link.merge.rank != Merge::kNever) queue_.push_back(uint64_t{link.merge.rank} << 32 | position);
}

void LongWord::merge_at(const MergeTable& table, uint32_t position) {
  Link& link = links_[position];
  Link& right = links_[link.next];
  link.symbol = {link.merge.id, link.symbol.length + right.symbol.length};
  right.merge = {};
  link.next = right.next;
  if (link.next != kNone) links_[link.next].previous = position;
  for (const uint32_t changed : {link.previous, position}) {
    if (changed == kNone) continue;
    const size_t before = queue_.size();
    find_merge(table, changed);
    if (queue_.size() > before) std::push_heap(queue_.begin(), queue_.end(), std::greater<>());
  }
}

void LongWord::merge_all(const MergeTable& table, std::vector<Symbol>& symbols) {
  const auto count = static_cast<uint32_t>(symbols.size());
  links_.clear();
  queue_.clear();
  for (uint32_t i = 0; i < count; ++i) {
    links_.push_back({symbols[i], i == 0 ? kNone : i - 1, i + 1 == count ? kNone : i + 1, {}});
  }
  for (uint32_t i = 0; i < count; ++i) find_merge(table, i);
  std::make_heap(queue_.begin(), queue_.end(), std::greater<>());
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), std::greater<>());
    const uint64_t first = queue_.back();
    queue_.pop_back();
    const auto position = static_cast<uint32_t>(first);
    // The pair at a position may have merged or grown since.
    if (links_[position].merge.rank == first >> 32) merge_at(table, position);
  }
  symbols.clear();
  for (uint32_t i = 0; i < count; i = links_[i].next) symbols.push_back(links_[i].symbol);
  if (links_.size() <= kKeptSymbols) return;
  links_ = {};
  queue_ = {};
}

}  // namespace hone::text
