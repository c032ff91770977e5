// Which tokens byte-pair encoding can produce, and which of them may stand side by side. Both follow from two facts:
// - No merge crosses the border of a token of the result. So the bytes of a token alone become that token, always by
// the
//   same last merge.
// - Tokens are the encoding of their bytes if each two neighbours are the encoding of theirs: the first merge across a
//   border would also happen in the pair alone.
// So a text can be encoded from left to right, without merging (the crate bpe of GitHub's rust-gems does so too).
// Both need that merges happen in the order of their ranks. A merge that ranks before one that makes its parts breaks
// this, but only if its parts ever stand side by side: up to the first such merge all others happen in order, so
// whether they do can be decided as for any two tokens. SentencePiece's vocabularies list many such merges that never
// happen.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "text/merge_table.h"

namespace hone::text {

class TokenPairs {
 public:
  // A token that the merges can produce: the last merge of its bytes.
  struct Origin {
    static constexpr uint32_t kUnit = 0, kUnused = UINT32_MAX;
    uint32_t order = kUnused;  // 1 + the rank of the merge; kUnit for a unit
    int32_t left = -1, right = -1;
  };

  // `units` are the tokens that merging begins with: of single bytes, or of characters. No id is `num_ids` or more.
  // `merges` must outlive the object. Returns nullopt if a merge that may happen comes before one that makes its parts:
  // the order of ranks is then not the order in time.
  static std::optional<TokenPairs> make(const MergeTable& merges, const std::vector<int32_t>& units, size_t num_ids);

  // Returns false for a token that no text produces.
  bool is_used(int32_t id) const { return origins_[static_cast<size_t>(id)].order != Origin::kUnused; }
  const Origin& origin(int32_t id) const { return origins_[static_cast<size_t>(id)]; }

  // Returns true if the bytes of both used tokens become these two tokens.
  bool may_follow(int32_t left, int32_t right) const { return is_stable(left, right, UINT32_MAX); }

 private:
  explicit TokenPairs(const MergeTable& merges) : merges_(&merges) {}

  bool is_stable(int32_t left, int32_t right, uint32_t own_rank) const;

  const MergeTable* merges_;
  std::vector<Origin> origins_;  // by id
};

}  // namespace hone::text
