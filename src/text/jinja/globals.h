// The functions that every template can call: range, dict, namespace, raise_exception and the others.
#pragma once

#include <string>

#include "text/jinja/arguments.h"

namespace hone::text::jinja {

struct GlobalRow {
  std::string_view name;
  Value (*run)(Render& render, const Arguments& arguments);
};

// Returns the function, or a missing value if the name is unknown.
Value find_global(std::string_view name);

Value call_global(Render& render, const GlobalRow& row, const Arguments& arguments);

}  // namespace hone::text::jinja
