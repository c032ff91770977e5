// The classes of characters of regular expressions, as in Oniguruma: its tables, not those of Rust's standard library
// (unicode.h). Made by tests/fixtures/make_oniguruma_tables.py.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "text/unicode.h"

namespace hone::text {

// In the order of the two-letter names; kCn is the rest, which has no rows.
enum class GeneralCategory : uint8_t {
  kLu,
  kLl,
  kLt,
  kLm,
  kLo,
  kMn,
  kMc,
  kMe,
  kNd,
  kNl,
  kNo,
  kPc,
  kPd,
  kPs,
  kPe,
  kPi,
  kPf,
  kPo,
  kSm,
  kSc,
  kSk,
  kSo,
  kZs,
  kZl,
  kZp,
  kCc,
  kCf,
  kCo,
  kCn
};

struct CategoryRange {
  char32_t first, last;
  GeneralCategory category;
};

// The ranges of all categories but kCn, in ascending order.
std::span<const CategoryRange> category_ranges();

// A set of characters: ranges in ascending order that neither touch nor overlap. Surrogates may be in it.
using CodePointSet = std::vector<CodePointRange>;

// Returns the characters of \p{name}, or nullopt if no table has the name. As in Oniguruma, case, spaces, hyphens and
// underscores of the name do not matter. Names are those of general categories (L, Lu, Letter ...), of POSIX brackets
// (alpha ...), of the scripts in wide use, and Any, Alphabetic, Emoji, Lowercase, Uppercase and Whitespace.
std::optional<CodePointSet> find_property(std::string_view name);

CodePointSet union_of(const CodePointSet& a, const CodePointSet& b);
CodePointSet complement_of(const CodePointSet& set);
CodePointSet intersection_of(const CodePointSet& a, const CodePointSet& b);

}  // namespace hone::text
