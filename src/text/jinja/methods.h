// The methods of values: those of Python's str, dict, list and tuple that change nothing. A table of rows for each
// type.
#pragma once

#include <span>

#include "text/jinja/arguments.h"

namespace hone::text::jinja {

struct MethodRow {
  Signature signature;
  Value (*run)(Render& render, const Value& self, const Bound& arguments);  // null: the sandbox refuses the method
};

// The tables; those of texts are in parts by subject.
std::span<const MethodRow> text_search_methods();
std::span<const MethodRow> text_split_methods();
std::span<const MethodRow> text_pad_methods();
std::span<const MethodRow> text_case_methods();
std::span<const MethodRow> text_format_methods();
std::span<const MethodRow> dict_methods();
std::span<const MethodRow> list_methods();
std::span<const MethodRow> tuple_methods();
std::span<const MethodRow> range_methods();
std::span<const MethodRow> cycler_methods();

// Return the row of a method, or null if the type has no such method.
const MethodRow* find_text_method(std::string_view name);
const MethodRow* find_method(std::span<const MethodRow> table, std::string_view name);

Value call_method(Render& render, const MethodRow& row, const Value& self, const Arguments& arguments);

// Returns an argument that must be a text. `what` names the function in the error.
const Value& text_argument(const Value& value, std::string_view what);

}  // namespace hone::text::jinja
