#include "grammar/integer_range.h"

#include <fmt/format.h>

#include <algorithm>

namespace hone::grammar {

namespace {

Expr digit_between(char low, char high) { return one_of({{static_cast<char32_t>(low), static_cast<char32_t>(high)}}); }

// Numbers with as many digits as both bounds, which may begin with 0.
Expr between_digits(std::string_view low, std::string_view high) {
  const auto count = static_cast<uint32_t>(low.size());
  const bool is_any = std::ranges::all_of(low, [](char c) { return c == '0'; }) &&
                      std::ranges::all_of(high, [](char c) { return c == '9'; });
  if (is_any) return repeated(digit_between('0', '9'), count, count);
  const std::string_view low_rest = low.substr(1), high_rest = high.substr(1);
  const auto beginning_with = [](char digit, Expr rest) {
    return sequence({digit_between(digit, digit), std::move(rest)});
  };
  if (low[0] == high[0]) return beginning_with(low[0], between_digits(low_rest, high_rest));
  std::vector<Expr> ways = {beginning_with(low[0], between_digits(low_rest, std::string(count - 1, '9'))),
                            beginning_with(high[0], between_digits(std::string(count - 1, '0'), high_rest))};
  if (low[0] + 1 < high[0]) {
    ways.push_back(sequence({digit_between(static_cast<char>(low[0] + 1), static_cast<char>(high[0] - 1)),
                             repeated(digit_between('0', '9'), count - 1, count - 1)}));
  }
  return choice(std::move(ways));
}

// 0 <= low <= high.
Expr between_natural(int64_t low, int64_t high) {
  std::vector<Expr> ways;
  for (int64_t last = 9; low <= high; last = last * 10 + 9) {
    if (low > last) continue;
    const int64_t until = std::min(last, high);
    ways.push_back(between_digits(fmt::format("{}", low), fmt::format("{}", until)));
    low = until + 1;
  }
  return choice(std::move(ways));
}

}  // namespace

Expr integers_between(int64_t low, int64_t high) {
  std::vector<Expr> ways;
  if (low < 0) ways.push_back(sequence({text_of("-"), between_natural(std::max<int64_t>(1, -high), -low)}));
  if (high >= 0) ways.push_back(between_natural(std::max<int64_t>(0, low), high));
  return choice(std::move(ways));
}

}  // namespace hone::grammar
