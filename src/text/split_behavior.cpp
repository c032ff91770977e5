// The rules of tokenizers' SplitDelimiterBehavior.
#include "text/split_behavior.h"

#include <algorithm>

#include "base/names.h"

namespace hone::text {

namespace {

SplitParts keep_all(const SplitParts& parts) { return parts; }

SplitParts remove_matches(const SplitParts& parts) {
  SplitParts result = parts;
  std::erase_if(result, [](const SplitPart& part) { return part.is_match; });
  return result;
}

// Joins a part to the one before it if `joins(part, is the previous part a match)`.
template <typename Joins>
SplitParts join_to_previous(const SplitParts& parts, const Joins& joins) {
  SplitParts result;
  bool is_after_match = false;
  for (const SplitPart& part : parts) {
    if (!result.empty() && joins(part, is_after_match)) {
      result.back().end = part.end;
    } else {
      result.push_back(part);
    }
    is_after_match = part.is_match;
  }
  return result;
}

SplitParts join_matches_to_previous(const SplitParts& parts) {
  return join_to_previous(parts,
                          [](const SplitPart& part, bool is_after_match) { return part.is_match && !is_after_match; });
}

// Of adjacent matches the last one joins the part that follows.
SplitParts join_matches_to_next(const SplitParts& parts) {
  SplitParts result;
  bool is_before_match = false;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (!result.empty() && part->is_match && !is_before_match) {
      result.back().begin = part->begin;
    } else {
      result.push_back(*part);
    }
    is_before_match = part->is_match;
  }
  std::reverse(result.begin(), result.end());
  return result;
}

SplitParts join_equals(const SplitParts& parts) {
  return join_to_previous(parts,
                          [](const SplitPart& part, bool is_after_match) { return part.is_match == is_after_match; });
}

constexpr SplitBehaviorRow kSplitBehaviors[] = {
    {"Contiguous", "adjacent matches stand together", join_equals},
    {"Isolated", "each match stands alone", keep_all},
    {"MergedWithNext", "a match joins the text after it", join_matches_to_next},
    {"MergedWithPrevious", "a match joins the text before it", join_matches_to_previous},
    {"Removed", "matches are dropped", remove_matches},
};

}  // namespace

std::span<const SplitBehaviorRow> split_behaviors() { return kSplitBehaviors; }

const SplitBehaviorRow& find_split_behavior(std::string_view name, const std::string& source) {
  return find_row(kSplitBehaviors, "behavior (in " + source + ")", name, ErrorKind::kUnsupported);
}

}  // namespace hone::text
