#include "grammar/expression.h"

#include <algorithm>

#include "base/utf8.h"

namespace hone::grammar {

namespace {

constexpr char32_t kFirstSurrogate = 0xD800, kLastSurrogate = 0xDFFF;

Expr made(Expression expression) { return std::make_shared<const Expression>(std::move(expression)); }

std::string utf8_of(char32_t code) {
  std::string bytes;
  append_utf8(bytes, code);
  return bytes;
}

// Both have the same number of bytes. Divides the range until each byte runs over a range of its own.
void split(char32_t first, char32_t last, const std::function<void(std::vector<ByteRange>)>& use) {
  const std::string low = utf8_of(first), high = utf8_of(last);
  for (size_t num_tail = 1; num_tail < low.size(); ++num_tail) {
    const char32_t tail = (char32_t{1} << (6 * num_tail)) - 1;  // the bits of the last bytes
    if ((first & ~tail) == (last & ~tail)) continue;
    if ((first & tail) != 0) {
      split(first, first | tail, use);
      return split((first | tail) + 1, last, use);
    }
    if ((last & tail) != tail) {
      split(first, (last & ~tail) - 1, use);
      return split(last & ~tail, last, use);
    }
  }
  std::vector<ByteRange> ranges;
  for (size_t i = 0; i < low.size(); ++i)
    ranges.push_back({static_cast<uint8_t>(low[i]), static_cast<uint8_t>(high[i])});
  use(std::move(ranges));
}

}  // namespace

Expr text_of(std::string_view text) { return made({.kind = Expression::Kind::kText, .text = std::string(text)}); }

Expr one_of(text::CodePointSet characters) {
  return made({.kind = Expression::Kind::kCharacters, .characters = std::move(characters)});
}

Expr sequence(std::vector<Expr> parts) {
  if (parts.size() == 1) return parts.front();
  return made({.kind = Expression::Kind::kSequence, .parts = std::move(parts)});
}

Expr choice(std::vector<Expr> parts) {
  if (parts.size() == 1) return parts.front();
  return made({.kind = Expression::Kind::kChoice, .parts = std::move(parts)});
}

Expr repeated(Expr part, uint32_t least, uint32_t most) {
  return made({.kind = Expression::Kind::kRepeat, .parts = {std::move(part)}, .least = least, .most = most});
}

Expr rule(RuleId rule) { return made({.kind = Expression::Kind::kRule, .rule = rule}); }

void for_each_utf8_range(char32_t first, char32_t last, const std::function<void(std::vector<ByteRange>)>& use) {
  // The ranges of characters with 1, 2, 3 and 4 bytes, without surrogates.
  constexpr std::pair<char32_t, char32_t> kLengths[] = {
      {0, 0x7F}, {0x80, 0x7FF}, {0x800, kFirstSurrogate - 1}, {kLastSurrogate + 1, 0xFFFF}, {0x10000, 0x10FFFF}};
  for (const auto& [low, high] : kLengths) {
    const char32_t begin = std::max(first, low), end = std::min(last, high);
    if (begin <= end) split(begin, end, use);
  }
}

}  // namespace hone::grammar
