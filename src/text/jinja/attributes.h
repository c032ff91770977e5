// Attributes and elements of values by the rules of jinja2's sandbox: x.name prefers Python's attributes (the methods)
// and falls back to x["name"]; x["name"] does it the other way round. Private and changing attributes are refused.
#pragma once

#include "text/jinja/methods.h"

namespace hone::text::jinja {

// A name with the methods that it stands for, looked up once when the template is parsed.
struct AttributeName {
  explicit AttributeName(std::string_view name);

  const MethodRow* method_of(const Value& object) const;

  std::string_view name;
  const MethodRow *of_text, *of_dict, *of_list, *of_tuple;
  bool is_private;  // begins and ends with two underscores: every Python object has such attributes
};

// Errors: Failure for attributes of undefined values.
Value attribute_of(Render& render, const Value& object, const AttributeName& name);
Value element_of(Render& render, const Value& object, const Value& element);

// Returns object[begin:end:step]; null for bounds that were not given.
Value slice_of(Render& render, const Value& object, const Value* begin, const Value* end, const Value* step);

}  // namespace hone::text::jinja
