// Edit distances, and the error for unknown names.
#include "base/names.h"

#include <algorithm>
#include <numeric>

namespace hone {

size_t edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment distance, which needs only the last three rows of the table.
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known) {
  std::optional<std::string> nearest;
  size_t best = std::max<size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const size_t distance = edit_distance(name, candidate);
    if (distance < best && distance < candidate.size()) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

Error unknown_name(ErrorKind kind, std::string_view what, std::string_view name,
                   const std::vector<std::string>& known) {
  std::string hint;
  if (const auto nearest = nearest_name(name, known)) hint = fmt::format("did you mean \"{}\"? ", *nearest);
  hint += fmt::format("known: {}", fmt::join(known, ", "));
  return Error(kind, fmt::format("unknown {} \"{}\"", what, name), hint);
}

}  // namespace hone
