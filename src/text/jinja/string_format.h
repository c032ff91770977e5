// str.format, with attributes and elements by the rules of the sandbox, and the % operator of texts.
#pragma once

#include "text/jinja/arguments.h"

namespace hone::text::jinja {

// Returns format.format(*positional, **keywords). Errors: Failure.
Value formatted_braces(Render& render, const Value& format, const Arguments& arguments);

// Returns format % values; a tuple gives several values, a dict named ones. Errors: Failure.
Value formatted_percent(Render& render, const Value& format, const Value& values);

}  // namespace hone::text::jinja
