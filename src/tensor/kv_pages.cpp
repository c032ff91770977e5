#include "tensor/kv_pages.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/counted.h"
#include "base/error.h"

namespace hone::tensor {

namespace {

constexpr auto kTokens = static_cast<size_t>(kernel::kPageTokens);

size_t pages_for(size_t num_tokens) { return (num_tokens + kTokens - 1) / kTokens; }

}  // namespace

KvPages::Sequence& KvPages::at(SequenceId id) {
  const auto found = sequences_.find(id);
  check_internal(found != sequences_.end(), "the sequence has begun");
  return found->second;
}

const KvPages::Sequence& KvPages::at(SequenceId id) const {
  const auto found = sequences_.find(id);
  check_internal(found != sequences_.end(), "the sequence has begun");
  return found->second;
}

uint64_t KvPages::hash_of(uint64_t predecessor, const PageTokens& tokens) {
  uint64_t hash = predecessor;
  for (const int32_t token : tokens) {
    hash = (hash ^ static_cast<uint32_t>(token)) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29;
  }
  return hash;
}

std::optional<std::list<KvPages::Shared>::iterator> KvPages::find(uint64_t predecessor, const PageTokens& tokens) {
  const auto [begin, end] = by_hash_.equal_range(hash_of(predecessor, tokens));
  for (auto it = begin; it != end; ++it) {
    if (it->second->predecessor == predecessor && it->second->tokens == tokens) return it->second;
  }
  return std::nullopt;
}

int64_t KvPages::num_available() const {
  return max_pages_ - num_pages() + static_cast<int64_t>(free_.size()) + num_idle_;
}

// Prefers pages with memory that nobody reads, then new ones, then the shared page that was used least recently.
int32_t KvPages::take() {
  if (free_.empty() && num_pages() < max_pages_) {
    states_.push_back({.num_users = 1, .shared = {}});
    return static_cast<int32_t>(num_pages() - 1);
  }
  if (free_.empty()) {
    const auto idle = std::ranges::find_if(
        shared_, [this](const Shared& shared) { return states_[static_cast<size_t>(shared.page)].num_users == 0; });
    check_internal(idle != shared_.end(), "a page is available");
    free_.push_back(idle->page);
    --num_idle_;
    forget(idle);
  }
  const int32_t page = free_.back();
  free_.pop_back();
  states_[static_cast<size_t>(page)] = {.num_users = 1, .shared = {}};
  return page;
}

void KvPages::forget(std::list<Shared>::iterator shared) {
  const auto [begin, end] = by_hash_.equal_range(hash_of(shared->predecessor, shared->tokens));
  by_hash_.erase(std::find_if(begin, end, [&](const auto& entry) { return entry.second == shared; }));
  states_[static_cast<size_t>(shared->page)].shared.reset();
  shared_.erase(shared);
}

void KvPages::release(int32_t page) {
  State& state = states_[static_cast<size_t>(page)];
  if (--state.num_users > 0) return;
  if (state.shared) {
    ++num_idle_;
    shared_.splice(shared_.end(), shared_, *state.shared);  // used just now
  } else {
    free_.push_back(page);
  }
}

int64_t KvPages::begin(SequenceId id, std::span<const int32_t> tokens) {
  check_internal(!tokens.empty() && !sequences_.contains(id), "a new sequence has a token");
  Sequence sequence;
  uint64_t predecessor = 0;
  while ((sequence.pages.size() + 1) * kTokens < tokens.size()) {
    PageTokens page_tokens;
    std::ranges::copy(tokens.subspan(sequence.pages.size() * kTokens, kTokens), page_tokens.begin());
    const auto found = find(predecessor, page_tokens);
    if (!found) break;
    State& state = states_[static_cast<size_t>((*found)->page)];
    if (state.num_users++ == 0) --num_idle_;
    sequence.pages.push_back((*found)->page);
    predecessor = (*found)->serial;
  }
  const size_t num_known = sequence.pages.size() * kTokens;
  sequence.tokens.assign(tokens.begin(), tokens.begin() + static_cast<ptrdiff_t>(num_known));
  sequence.num_computed = static_cast<int64_t>(num_known);
  sequences_.emplace(id, std::move(sequence));
  try {
    append(id, tokens.subspan(num_known));
  } catch (const Error&) {
    end(id);
    throw;
  }
  return static_cast<int64_t>(num_known);
}

void KvPages::append(SequenceId id, std::span<const int32_t> tokens) {
  Sequence& sequence = at(id);
  const size_t wanted = pages_for(sequence.tokens.size() + tokens.size());
  if (static_cast<int64_t>(wanted - sequence.pages.size()) > num_available()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the cache of keys and values has no room for {}: it holds {} tokens in all",
                            counted(tokens.size(), "more token"), max_pages_ * kernel::kPageTokens),
                "use a larger cache, or fewer or shorter sequences at the same time");
  }
  while (sequence.pages.size() < wanted) sequence.pages.push_back(take());
  sequence.tokens.insert(sequence.tokens.end(), tokens.begin(), tokens.end());
}

void KvPages::share(Sequence& sequence, size_t index) {
  Shared shared;
  std::copy_n(sequence.tokens.begin() + static_cast<ptrdiff_t>(index * kTokens), kTokens, shared.tokens.begin());
  if (index > 0) {
    const State& before = states_[static_cast<size_t>(sequence.pages[index - 1])];
    if (!before.shared) return;  // an equal page of another sequence is the shared one
    shared.predecessor = (*before.shared)->serial;
  }
  if (find(shared.predecessor, shared.tokens)) return;
  shared.serial = next_serial_++;
  shared.page = sequence.pages[index];
  const auto added = shared_.insert(shared_.end(), shared);
  by_hash_.emplace(hash_of(added->predecessor, added->tokens), added);
  states_[static_cast<size_t>(shared.page)].shared = added;
}

void KvPages::set_computed(SequenceId id) {
  Sequence& sequence = at(id);
  const size_t first = static_cast<size_t>(sequence.num_computed) / kTokens;
  for (size_t index = first; index < sequence.tokens.size() / kTokens; ++index) share(sequence, index);
  sequence.num_computed = static_cast<int64_t>(sequence.tokens.size());
}

std::optional<KvPages::Copy> KvPages::fork(SequenceId from, SequenceId to) {
  check_internal(!sequences_.contains(to), "a fork is a new sequence");
  Sequence sequence = at(from);
  check_internal(sequence.num_computed == static_cast<int64_t>(sequence.tokens.size()), "a fork knows its tokens");
  std::optional<Copy> copy;
  if (sequence.tokens.size() % kTokens != 0) {
    if (num_available() < 1) {
      throw Error(ErrorKind::kUsage, "the cache of keys and values has no room for another sequence",
                  "use a larger cache, or fewer or shorter sequences at the same time");
    }
    copy = Copy{sequence.pages.back(), take()};
    sequence.pages.back() = copy->to;
  }
  const size_t num_common = sequence.pages.size() - (copy ? 1 : 0);
  for (size_t i = 0; i < num_common; ++i) ++states_[static_cast<size_t>(sequence.pages[i])].num_users;
  sequences_.emplace(to, std::move(sequence));
  return copy;
}

void KvPages::end(SequenceId id) {
  const Sequence sequence = std::move(at(id));
  sequences_.erase(id);
  // The last page first, so that the beginnings, which more sequences may share, stay longest.
  for (size_t i = sequence.pages.size(); i-- > 0;) release(sequence.pages[i]);
}

}  // namespace hone::tensor
