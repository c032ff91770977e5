// JSON as values of a template. Every text in it, keys included, comes from the context.
#pragma once

#include <string>

#include "base/json.h"
#include "text/jinja/render.h"

namespace hone::text::jinja {

// Returns the value, which points into the JSON. Errors: Failure for texts that are not UTF-8, for integers beyond 64
// bits, and for nesting deeper than kMaxNesting.
Value json_value(Render& render, const Json& json);

// Returns a text of the context, which must outlive the rendering.
Value data_text(Render& render, const std::string& text);

}  // namespace hone::text::jinja
