// What people read of a comparison: text for the terminal, and a page.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "compare/comparison.h"

namespace hone::compare {

// From this width on the answers stand beside each other.
inline constexpr size_t kWideColumns = 100;

// Returns the answers between thirty dashes, then why they end; of several prompts a table. `columns`: the width of the
// terminal, if the text goes to one.
std::string to_text(const Comparison& comparison, std::optional<size_t> columns);

// Returns an HTML page that requests nothing.
std::string to_page(const Comparison& comparison);

}  // namespace hone::compare
