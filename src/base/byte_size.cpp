#include "base/byte_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace hone {

namespace {

struct SizeUnit {
  std::string_view name;  // in lower case, without the last "b"
  double bytes;
};

constexpr std::array kSizeUnits = {SizeUnit{"", 1},         SizeUnit{"k", 1e3},      SizeUnit{"m", 1e6},
                                   SizeUnit{"g", 1e9},      SizeUnit{"t", 1e12},     SizeUnit{"ki", 1 << 10},
                                   SizeUnit{"mi", 1 << 20}, SizeUnit{"gi", 1 << 30}, SizeUnit{"ti", 0x1p40}};

}  // namespace

std::optional<uint64_t> parse_byte_size(std::string_view text) {
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (status != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  std::string unit(end, text.data() + text.size());
  if (unit.starts_with(' ')) unit.erase(0, 1);
  std::ranges::transform(unit, unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (unit.ends_with('b')) unit.pop_back();
  const auto* const found = std::ranges::find(kSizeUnits, unit, &SizeUnit::name);
  if (found == kSizeUnits.end() || number * found->bytes >= 0x1p63) return std::nullopt;
  return static_cast<uint64_t>(std::llround(number * found->bytes));
}

std::string described_bytes(uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kNames = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kNames.size()) {
    value /= 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{} B", bytes);
  return fmt::format("{:.{}f} {}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0, kNames[unit]);
}

}  // namespace hone
