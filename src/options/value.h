// Reads the value of a field from text, checks it against the field's range and choices, and writes it as text or JSON.
// The whole text must be the value. The locale does not matter; nan and inf are errors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "options/field.h"

namespace hone::options {

// Sets the field's value from `text`. `where` names the source of the value in errors (kUsage): "--seed" or
// "run.yaml:3: seed".
// A list is set to the items of `text`, split at commas.
void assign(const Field& field, std::string_view text, std::string_view where);

// Sets a list to `items`, without splitting them. `field` must be a list.
void assign_items(const Field& field, std::vector<std::string> items, std::string_view where);

// Returns the items of "a,b,c" (or all of `text` as one item if the field is not split). An item with a comma is
// written in double quotes, or with a backslash before the comma.
std::vector<std::string> split_items(const Field& field, std::string_view text, std::string_view where);

// Clears an optional field or a list.
void clear(const Field& field);

// Returns the value as a person would type it, or nullopt for an optional without a value.
std::optional<std::string> value_text(const Field& field);

// Returns the value as JSON: a number, boolean, string, list or null.
Json value_json(const Field& field);

// Returns the error for a value that the field does not accept. The hint says what it accepts.
Error value_error(const Field& field, std::string_view where, const std::string& problem);

}  // namespace hone::options
