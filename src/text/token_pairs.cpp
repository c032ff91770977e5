#include "text/token_pairs.h"

#include <algorithm>

namespace hone::text {

namespace {

struct RankedMerge {
  uint32_t rank;
  int32_t left, right, id;
};

std::vector<RankedMerge> in_order(const MergeTable& merges) {
  std::vector<RankedMerge> result;
  merges.for_each([&](int32_t left, int32_t right) {
    const Merge merge = merges.find(left, right);
    result.push_back({merge.rank, left, right, merge.id});
  });
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.rank < b.rank; });
  return result;
}

}  // namespace

std::optional<TokenPairs> TokenPairs::make(const MergeTable& merges, const std::vector<int32_t>& units,
                                           size_t num_ids) {
  TokenPairs pairs(merges);
  pairs.origins_.resize(num_ids);
  const auto origin = [&](int32_t id) -> Origin& { return pairs.origins_[static_cast<size_t>(id)]; };
  for (int32_t id : units) origin(id).order = Origin::kUnit;
  const std::vector<RankedMerge> all = in_order(merges);
  for (const auto& [rank, left, right, id] : all) {
    if (!pairs.is_used(left) || !pairs.is_used(right) || pairs.is_used(id)) continue;
    // Only this merge itself may join its two parts.
    if (pairs.is_stable(left, right, rank)) origin(id) = {rank + 1, left, right};
  }
  for (const auto& [rank, left, right, id] : all) {
    const uint32_t left_order = origin(left).order, right_order = origin(right).order;
    if (left_order == Origin::kUnused || right_order == Origin::kUnused) continue;
    const bool is_early = rank + 1 <= left_order || rank + 1 <= right_order;
    if (is_early && pairs.is_stable(left, right, rank)) return std::nullopt;
  }
  return pairs;
}

// Undoes the merges of both tokens, the latest first, and looks whether a merge across the border would have come
// before the one undone. Of equal merges the left one comes first. `own_rank`: the rank of the merge of both tokens,
// which is not looked at.
bool TokenPairs::is_stable(int32_t left, int32_t right, uint32_t own_rank) const {
  // Merges across the border of at least this order come too late.
  uint64_t limit = UINT64_MAX;
  while (true) {
    const Merge crossing = merges_->find(left, right);
    if (crossing.rank != Merge::kNever && crossing.rank != own_rank && uint64_t{crossing.rank} + 1 < limit) {
      return false;
    }
    const Origin &left_origin = origin(left), &right_origin = origin(right);
    if (left_origin.order == Origin::kUnit && right_origin.order == Origin::kUnit) return true;
    if (left_origin.order > right_origin.order) {
      limit = left_origin.order;
      left = left_origin.right;
    } else {
      limit = uint64_t{right_origin.order} + 1;  // an equal merge across the border is further left
      right = right_origin.left;
    }
  }
}

}  // namespace hone::text
