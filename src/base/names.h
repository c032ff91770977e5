// Names given by people: the nearest known one for a typo, and the one message for an unknown name.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace hone {

// Edits (insert, delete, replace, swap of neighbours) that turn a into b.
size_t edit_distance(std::string_view a, std::string_view b);

// The known name nearest to `name`, if one is near enough to be what was meant.
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known);

// "unknown WHAT "NAME"", with the hint "did you mean ...? known: ...".
Error unknown_name(ErrorKind kind, std::string_view what, std::string_view name, const std::vector<std::string>& known);

// The row of a constexpr table whose `name` member equals `name`; throws unknown_name otherwise.
template <typename Table>
const auto& find_row(const Table& table, std::string_view what, std::string_view name,
                     ErrorKind kind = ErrorKind::kUsage) {
  std::vector<std::string> known;
  for (const auto& row : table) {
    if (row.name == name) return row;
    known.emplace_back(row.name);
  }
  throw unknown_name(kind, what, name, known);
}

}  // namespace hone
