// Values as text: Python's str() and repr(), and the JSON of the filter tojson of transformers.
#pragma once

#include <string>
#include <string_view>

#include "text/jinja/render.h"

namespace hone::text::jinja {

// Returns Python's str() of a value. A text keeps where its parts come from.
Value to_text(Render& render, const Value& value);

// Appends str() of a value to a text that is being built.
void print(Render& render, const Value& value, TextBuilder& builder);

// Returns Python's repr() of a value.
Value repr(Render& render, const Value& value);

// Returns a number as Python prints it: 1.0, 1e-05, inf.
std::string python_float(double value);

// Returns repr() of a number, a text or None for messages, shortened; the type's name for other values.
std::string short_repr(const Value& value);

struct JsonOptions {
  bool ensure_ascii = false, sort_keys = false;
  bool has_indent = false;
  std::string indent;  // of one level
  std::string item_separator, key_separator;
};

// Returns json.dumps(value). Errors: Failure for values that JSON lacks.
Value to_json(Render& render, const Value& value, const JsonOptions& options);

}  // namespace hone::text::jinja
