// Finds a panel of a report by its name.
#pragma once

#include <algorithm>
#include <string_view>

#include "metric/report.h"

namespace hone {

// Returns the report's panel of that name, or nullptr.
inline const metric::Panel* panel_of(const metric::Report& report, std::string_view name) {
  const auto found = std::ranges::find(report.panels, name, &metric::Panel::name);
  return found == report.panels.end() ? nullptr : &*found;
}

}  // namespace hone
