// Which pages hold the keys and values of which tokens: the bookkeeping of a cache for generation, without its memory.
// Sequences share the full pages of equal beginnings, also with sequences that have ended, until their pages are
// needed.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "kernel/cached_attention.h"

namespace hone::tensor {

class KvPages {
 public:
  using SequenceId = uint64_t;

  explicit KvPages(int64_t max_pages) : max_pages_(max_pages) {}

  // Begins a sequence with these tokens, of which there is at least one. Returns how many tokens at its beginning are
  // in pages already; fewer than all, because the last token must be computed. Errors: those of append().
  int64_t begin(SequenceId id, std::span<const int32_t> tokens);
  // Adds tokens that are to be computed. Throws kUsage if the pages do not suffice; the sequence is then unchanged.
  void append(SequenceId id, std::span<const int32_t> tokens);
  // Says that the pages hold all tokens of the sequence. From now on other sequences may share its full pages.
  void set_computed(SequenceId id);

  struct Copy {
    int32_t from = 0, to = 0;
  };
  // Begins the sequence `to` with all tokens of `from`, which are computed. Returns the page to copy, if the last one
  // is not full. Errors: those of append().
  std::optional<Copy> fork(SequenceId from, SequenceId to);
  void end(SequenceId id);

  std::span<const int32_t> pages(SequenceId id) const { return at(id).pages; }
  std::span<const int32_t> tokens(SequenceId id) const { return at(id).tokens; }
  int64_t length(SequenceId id) const { return static_cast<int64_t>(at(id).tokens.size()); }
  int64_t num_computed(SequenceId id) const { return at(id).num_computed; }
  // The number of pages that were ever used: their memory must exist.
  int64_t num_pages() const { return static_cast<int64_t>(states_.size()); }

 private:
  using PageTokens = std::array<int32_t, static_cast<size_t>(kernel::kPageTokens)>;

  // A full page that others may share. Its serial number is never given again, so that a page whose predecessor was
  // given away is never found.
  struct Shared {
    uint64_t predecessor = 0, serial = 0;  // predecessor: the serial of the page before, 0 for the first one
    PageTokens tokens;
    int32_t page = 0;
  };
  struct State {
    int64_t num_users = 0;
    std::optional<std::list<Shared>::iterator> shared;
  };
  struct Sequence {
    std::vector<int32_t> tokens;
    std::vector<int32_t> pages;
    int64_t num_computed = 0;
  };

  Sequence& at(SequenceId id);
  const Sequence& at(SequenceId id) const;
  static uint64_t hash_of(uint64_t predecessor, const PageTokens& tokens);
  std::optional<std::list<Shared>::iterator> find(uint64_t predecessor, const PageTokens& tokens);
  int64_t num_available() const;
  int32_t take();
  void release(int32_t page);
  void share(Sequence& sequence, size_t index);
  void forget(std::list<Shared>::iterator shared);

  int64_t max_pages_;
  uint64_t next_serial_ = 1;
  std::unordered_map<SequenceId, Sequence> sequences_;
  std::vector<State> states_;  // of each page
  std::vector<int32_t> free_;
  int64_t num_idle_ = 0;      // shared pages without users
  std::list<Shared> shared_;  // the least recently used first
  std::unordered_multimap<uint64_t, std::list<Shared>::iterator> by_hash_;
};

}  // namespace hone::tensor
