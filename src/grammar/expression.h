// What a text may be: an expression over bytes of UTF-8, which may name rules and so contain itself. Expressions are
// shared and never change.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/unicode_property.h"

namespace hone::grammar {

struct Expression;
using Expr = std::shared_ptr<const Expression>;
using RuleId = uint32_t;

inline constexpr uint32_t kNoLimit = UINT32_MAX;

struct Expression {
  enum class Kind { kText, kCharacters, kSequence, kChoice, kRepeat, kRule };
  Kind kind = Kind::kText;
  std::string text = {};               // kText: these bytes
  text::CodePointSet characters = {};  // kCharacters: one of these
  std::vector<Expr> parts = {};        // kSequence: one after another; kChoice: one of them; kRepeat: the first one
  uint32_t least = 0, most = 0;        // kRepeat: how often
  RuleId rule = 0;                     // kRule
};

// The empty text is text_of("").
Expr text_of(std::string_view text);
// Surrogates in the set are left out. An empty set matches nothing.
Expr one_of(text::CodePointSet characters);
Expr sequence(std::vector<Expr> parts);
Expr choice(std::vector<Expr> parts);
Expr repeated(Expr part, uint32_t least, uint32_t most = kNoLimit);
inline Expr optional(Expr part) { return repeated(std::move(part), 0, 1); }
Expr rule(RuleId rule);

// Rules by number; the text is what rule 0 says.
struct Grammar {
  std::vector<Expr> rules;
  std::string source;  // the option or file, for messages
};

// Bytes from `low` to `high`.
struct ByteRange {
  uint8_t low = 0, high = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// Calls use(ranges) with each sequence of byte ranges that UTF-8 has for characters from `first` to `last`, without
// surrogates. The sequences are disjoint.
void for_each_utf8_range(char32_t first, char32_t last, const std::function<void(std::vector<ByteRange>)>& use);

}  // namespace hone::grammar
