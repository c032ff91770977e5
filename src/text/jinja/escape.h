// HTML escapes, of the filters `escape` and `safe`. Templates of chats rarely use them: nothing is escaped by itself.
#pragma once

#include "text/jinja/render.h"

namespace hone::text::jinja {

// Returns the text of a value with &, <, >, ' and " escaped, as markup. Markup stays as it is.
Value escaped(Render& render, const Value& value);

}  // namespace hone::text::jinja
