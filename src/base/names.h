// Finds the nearest known name for a typo, and makes the error for an unknown name.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace hone {

// Returns the number of edits (insert, delete, replace, swap neighbours) that turn a into b.
size_t edit_distance(std::string_view a, std::string_view b);

// Returns the known name nearest to `name`, or nullopt if none is near enough.
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known);

// Returns the error "unknown WHAT "NAME"" with the hint "did you mean ...? known: ...".
Error unknown_name(ErrorKind kind, std::string_view what, std::string_view name, const std::vector<std::string>& known);

// Returns the row of a constexpr table whose member `name` equals `name`. Throws unknown_name() if there is none.
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

// Returns whether the rows of a table have these names, in this order.
template <typename Table, typename Names>
consteval bool has_names(const Table& table, const Names& names) {
  if (std::size(table) != std::size(names)) return false;
  for (size_t i = 0; i < std::size(names); ++i) {
    if (std::begin(table)[i].name != names[i]) return false;
  }
  return true;
}

template <typename Names>
std::vector<std::string> choices_of(const Names& names) {
  return {std::begin(names), std::end(names)};
}

}  // namespace hone
