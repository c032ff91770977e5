// HTML pages that hold their data and request nothing.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace hone {

// Returns the page with `data` in place of "@DATA@", in the content of a script element.
std::string filled_page(std::string_view page, const Json& data);

}  // namespace hone
