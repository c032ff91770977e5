// The filters (x | name) and the tests (x is name) of jinja2, as tables of functions; tojson is that of transformers.
#pragma once

#include <span>

#include "text/jinja/attributes.h"
#include "text/jinja/methods.h"

namespace hone::text::jinja {

// The tables, in parts by subject. A row's signature lacks the first parameter, the value.
std::span<const MethodRow> text_filters();
std::span<const MethodRow> number_filters();
std::span<const MethodRow> sequence_filters();
std::span<const MethodRow> selection_filters();
std::span<const MethodRow> tests();

// Return the row of a name, or null if the name is unknown.
const MethodRow* find_filter(std::string_view name);
const MethodRow* find_test(std::string_view name);

// Applies a filter or a test to a value.
Value call_function(Render& render, const MethodRow& row, const Value& value, const Arguments& arguments);

// Looks an attribute up in a value, as filters with `attribute=` do: a name with dots, or an index.
class AttributePath {
 public:
  // `attribute`: missing or None for the value itself.
  AttributePath(Render& render, const Value& attribute);

  // `fallback` stands for undefined attributes, unless it is missing.
  Value operator()(Render& render, const Value& item, const Value& fallback = Value()) const;

 private:
  std::span<const Value> parts_;
};

}  // namespace hone::text::jinja
