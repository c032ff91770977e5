// Changes of texts that methods and filters share. The results keep which parts come from the context.
#pragma once

#include "text/jinja/render.h"

namespace hone::text::jinja {

// Returns the text without the characters of a set at its ends; without white space if the set is no text.
Value without_ends(Render& render, const Value& self, const Value& characters, bool left, bool right);

// Returns the text with that many fill characters before and after it.
Value padded(Render& render, const Value& self, int64_t left, int64_t right, const Value& fill);

// Returns the text in the middle of `width` characters, as str.center() does.
Value centered(Render& render, const Value& self, int64_t width, const Value& fill);

// Replaces the first max_count occurrences; all of them if that is negative.
Value replaced(Render& render, const Value& self, std::string_view old, const Value& replacement, int64_t max_count);

}  // namespace hone::text::jinja
