// What becomes of the matches when a text is split: they are dropped, stand alone, or join a neighbour.
// split_behaviors() lists the kinds, named as in tokenizer.json.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone::text {

// A part of a text: a match, or what lies between matches. Parts are adjacent. Only a match may be empty.
struct SplitPart {
  size_t begin, end;
  bool is_match;
  friend bool operator==(const SplitPart&, const SplitPart&) = default;
};
using SplitParts = std::vector<SplitPart>;

struct SplitBehaviorRow {
  std::string_view name;
  std::string_view doc;
  SplitParts (*apply)(const SplitParts& parts);
};

std::span<const SplitBehaviorRow> split_behaviors();

// Errors: kUnsupported for an unknown name.
const SplitBehaviorRow& find_split_behavior(std::string_view name, const std::string& source);

}  // namespace hone::text
