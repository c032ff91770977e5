// The value of a field: parsed strictly from text (whole text, no locale, no nan or inf), checked against the field's
// range and choices, and written back as text or JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "options/field.h"

namespace hone::options {

// Sets the field's value from `text`. `where` names the place in errors (kUsage): "--seed" or "run.yaml:3: seed".
// For a list this sets the items of `text`, split at commas.
void assign(const Field& field, std::string_view text, std::string_view where);

// Sets a list to `items`, unsplit. `field` must be a list.
void assign_items(const Field& field, std::vector<std::string> items, std::string_view where);

// The items of "a,b,c" (or all of `text` as one item where the field is not split).
std::vector<std::string> split_items(const Field& field, std::string_view text, std::string_view where);

// Makes an optional field empty again, or a list an empty one.
void clear(const Field& field);

// The value as a person would type it; nullopt for an optional without value.
std::optional<std::string> value_text(const Field& field);

// The value as JSON: numbers, booleans, strings, lists, null.
Json value_json(const Field& field);

// The error for a value that the field cannot take; the hint says what it takes.
Error value_error(const Field& field, std::string_view where, const std::string& problem);

}  // namespace hone::options
