// The form of a report for a terminal.
#pragma once

#include <cstddef>
#include <string>

#include "data/report.h"

namespace hone::data {

// Returns lines of at most `width` columns, where the content allows it. Control characters of the data are escaped.
std::string to_text(const Report& report, size_t width = 80);

}  // namespace hone::data
